// Runs a program on the SystemC models of an SoC, and leaves the SystemC kernel of the process as if nothing
// had been elaborated. Reads no file and prints nothing.
#pragma once

#include <cstdint>
#include <functional>

#include "isa/program.h"
#include "isa/semantics/memory.h"
#include "isa/semantics/program_run.h"
#include "models/kit/activity.h"
#include "models/soc_config.h"
#include "traces/observer.h"

namespace mmasim::models {

using LayerProgress = std::function<void(uint64_t layer, uint64_t layers)>;  // at the begin of every layer

// With `values` its bytes are the storage of L2, L3 and DDR, moved and computed by the executed instructions
// alone; without, no tensor data is touched and every cycle is the same. The program must have passed
// verify_program() and its machine must be the configuration's. Throws isa::Deadlock, naming what every unit
// waits for, isa::OverflowTrap, and std::logic_error where SystemC modules of somebody else exist. `listener`
// hears what all units of all cores do; it may be null.
Activity simulate(const isa::Program& program, const SocConfig& config, isa::MemoryView* values,
                  const isa::TokenWatcher& watcher = {}, const LayerProgress& progress = {},
                  traces::Observer* listener = nullptr);

}  // namespace mmasim::models
