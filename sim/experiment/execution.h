// Runs a program: on the SystemC models with or without values, or untimed. Prepares its memory, collects its
// outputs.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "isa/executor/untimed.h"
#include "isa/program.h"
#include "models/kit/activity.h"
#include "models/simulate.h"
#include "models/soc_config.h"
#include "sim/host/progress.h"
#include "traces/observer.h"

namespace mmasim::sim {

enum class Mode : uint8_t { timed_values, timing_only, functional_only };

struct Execution {
  std::optional<models::Activity> activity;   // none: functional only
  std::optional<uint64_t> overflow_count;     // none: timing only
  std::vector<std::vector<uint8_t>> outputs;  // row-major, one per program output; none: timing only
  double simulate_s = 0;
};

// Called with a view of memory when a token's count has changed, and for every token's 0 once the inputs are
// there.
using MemoryWatcher = std::function<void(const isa::MemoryView& memory, uint16_t token, uint32_t count)>;

// Where the values of a timed run are made. In the models: in the order of their own time, which also shows
// what a program does that lacks a token. Apart: by the untimed executor, on a thread of its own if there are
// two; the same bytes for every program that lowering makes, as no time depends on a value.
struct ValuesInModels {};
struct ValuesApart {
  unsigned threads = 1;
};
using ValuesBy = std::variant<ValuesInModels, ValuesApart>;

// inputs: row-major integers of each program input. Timed modes take the SystemC kernel of the process: one
// at a time. A watcher needs the values in the models. Where values are made apart the program lends its
// constants to the memory, and has them back at the end: copying them would cost a tenth of the run.
// `listener` hears what the units do in a timed run, on the thread of the caller; it may be null.
Execution execute(isa::Program& program, const models::SocConfig& config, Mode mode,
                  const std::vector<std::vector<uint8_t>>& inputs, const MemoryWatcher& watcher = {},
                  const models::LayerProgress& progress = {}, const ValuesBy& values_by = ValuesInModels{},
                  traces::Observer* listener = nullptr);

// The values of a program by the plain definition of its instructions: the outputs of Mode::functional_only,
// slowly.
Execution execute_plain(const isa::Program& program, const std::vector<std::vector<uint8_t>>& inputs);

// Says which layer is simulated.
models::LayerProgress layer_progress(Progress& progress);

// Memory as a program expects it to begin with: its constants at ddr:0, all else zero.
isa::OwnedMemory memory_for(const isa::Program& program);
void write_inputs(const isa::MemoryView& memory, const isa::Program& program,
                  const std::vector<std::vector<uint8_t>>& inputs);

}  // namespace mmasim::sim
