// Runs a whole program by the definition of its instructions: the core until it stalls, then every DMA
// channel in turn until it stalls, and again. Slow and obvious; isa/executor/untimed.h gives the same bytes
// and counts fast.
#pragma once

#include <cstdint>

#include "isa/program.h"
#include "isa/semantics/memory.h"
#include "isa/semantics/program_run.h"

namespace mmasim::isa {

// The program must have passed verify_program(), and memory must hold its constants and inputs. Returns the
// overflow count. Throws Deadlock, and OverflowTrap where a stage says so.
uint64_t run_plain(const Program& program, const MemoryView& memory);

}  // namespace mmasim::isa
