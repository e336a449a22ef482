#include "sim/experiment/execution.h"

#include <algorithm>
#include <future>
#include <stdexcept>

#include "isa/executor/scoreboard.h"
#include "isa/semantics/run_plain.h"
#include "runtime/user_error.h"
#include "sim/host/stopwatch.h"
#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {
namespace {

void check_inputs(const isa::Program& program, const std::vector<std::vector<uint8_t>>& inputs) {
  if (inputs.size() == program.inputs.size()) return;
  throw std::logic_error("program has " + std::to_string(program.inputs.size()) + " inputs, given " +
                         std::to_string(inputs.size()));
}

uint64_t ddr_bytes_of(const isa::Program& program) {
  return std::max(program.ddr_bytes_used, program.constants_bytes);
}

// Memory that begins with a program's own constants. The program has them back as they were: verify_program()
// has proven that nothing writes them.
class LentMemory {
 public:
  explicit LentMemory(isa::Program& program)
      : program_(program),
        constants_bytes_(program.constants.size()),
        memory_(program.machine, ddr_bytes_of(program), std::move(program.constants)) {}
  ~LentMemory() {
    program_.constants = memory_.take_ddr();
    program_.constants.resize(constants_bytes_);
  }
  LentMemory(const LentMemory&) = delete;
  LentMemory& operator=(const LentMemory&) = delete;

  isa::MemoryView view() { return memory_.view(); }

 private:
  isa::Program& program_;
  const size_t constants_bytes_;
  isa::OwnedMemory memory_;
};

void issue_inputs(const isa::Program& program, const std::vector<std::vector<uint8_t>>& inputs,
                  const isa::MemoryView& memory, isa::Scoreboard& scoreboard) {
  check_inputs(program, inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    isa::Footprint footprint;
    footprint.writes.add(interval_of(program.inputs[i]));
    scoreboard.issue(footprint, 1,
                     [=, &to = program.inputs[i], &bytes = inputs[i]](unsigned, uint32_t, uint32_t) {
                       write_tensor(memory, to, bytes);
                     });
  }
}

isa::TokenWatcher token_watcher(const isa::MemoryView& view, const MemoryWatcher& watcher) {
  if (!watcher) return {};
  return [&](uint16_t token, uint32_t count) { watcher(view, token, count); };
}

// Every token begins at 0: a view of an input is whole at that count, before the program starts.
void watch_start(const isa::Program& program, const isa::MemoryView& view, const MemoryWatcher& watcher) {
  if (!watcher) return;
  for (uint32_t token = 0; token < program.machine.tokens; ++token)
    watcher(view, static_cast<uint16_t>(token), 0);
}

// The memory begins with the program's constants.
Execution execute_untimed(const isa::Program& program, const isa::MemoryView& view,
                          const std::vector<std::vector<uint8_t>>& inputs, const MemoryWatcher& watcher,
                          unsigned threads) {
  isa::Scoreboard scoreboard(threads);
  issue_inputs(program, inputs, view, scoreboard);
  if (watcher) scoreboard.drain();
  watch_start(program, view, watcher);
  isa::UntimedMachine machine(program, scoreboard);
  machine.run(view, token_watcher(view, watcher));
  Execution execution;
  execution.overflow_count = machine.overflow_count();
  for (const auto& output : program.outputs) execution.outputs.push_back(read_tensor(view, output));
  return execution;
}

Execution execute_in_models(const isa::Program& program, const models::SocConfig& config,
                            const std::vector<std::vector<uint8_t>>& inputs, const MemoryWatcher& watcher,
                            const models::LayerProgress& progress, traces::Observer* listener) {
  auto memory = memory_for(program);
  auto view = memory.view();
  write_inputs(view, program, inputs);
  watch_start(program, view, watcher);
  Execution execution;
  execution.activity =
      models::simulate(program, config, &view, token_watcher(view, watcher), progress, listener);
  execution.overflow_count = execution.activity->overflow_count;
  for (const auto& output : program.outputs) execution.outputs.push_back(read_tensor(view, output));
  return execution;
}

Execution execute_apart(isa::Program& program, const models::SocConfig& config,
                        const std::vector<std::vector<uint8_t>>& inputs,
                        const models::LayerProgress& progress, unsigned threads, traces::Observer* listener) {
  const auto launch = threads > 1 ? std::launch::async : std::launch::deferred;
  const unsigned values_threads = threads > 2 ? threads - 1 : 1;  // one keeps time
  LentMemory memory(program);
  const auto view = memory.view();
  auto values =
      std::async(launch, [&] { return execute_untimed(program, view, inputs, {}, values_threads); });
  auto activity = models::simulate(program, config, nullptr, {}, progress, listener);
  Execution execution = values.get();
  activity.overflow_count = *execution.overflow_count;
  execution.activity = std::move(activity);
  return execution;
}

}  // namespace

models::LayerProgress layer_progress(Progress& progress) {
  return [&](uint64_t layer, uint64_t layers) {
    progress.say("simulate layer " + std::to_string(layer + 1) + " of " + std::to_string(layers));
  };
}

isa::OwnedMemory memory_for(const isa::Program& program) {
  isa::OwnedMemory memory(program.machine, ddr_bytes_of(program));
  std::copy(program.constants.begin(), program.constants.end(),
            memory.view().at(isa::Address::in(isa::Space::ddr, 0)));
  return memory;
}

void write_inputs(const isa::MemoryView& memory, const isa::Program& program,
                  const std::vector<std::vector<uint8_t>>& inputs) {
  check_inputs(program, inputs);
  for (size_t i = 0; i < inputs.size(); ++i) write_tensor(memory, program.inputs[i], inputs[i]);
}

Execution execute_plain(const isa::Program& program, const std::vector<std::vector<uint8_t>>& inputs) {
  const Stopwatch stopwatch;
  auto memory = memory_for(program);
  const auto view = memory.view();
  write_inputs(view, program, inputs);
  Execution execution;
  execution.overflow_count = isa::run_plain(program, view);
  for (const auto& output : program.outputs) execution.outputs.push_back(read_tensor(view, output));
  execution.simulate_s = stopwatch.seconds();
  return execution;
}

Execution execute(isa::Program& program, const models::SocConfig& config, Mode mode,
                  const std::vector<std::vector<uint8_t>>& inputs, const MemoryWatcher& watcher,
                  const models::LayerProgress& progress, const ValuesBy& values_by,
                  traces::Observer* listener) {
  const Stopwatch stopwatch;
  Execution execution;
  const auto* apart = std::get_if<ValuesApart>(&values_by);
  if (mode == Mode::timing_only) {
    execution.activity = models::simulate(program, config, nullptr, {}, progress, listener);
  } else if (mode == Mode::functional_only) {
    LentMemory memory(program);
    execution = execute_untimed(program, memory.view(), inputs, watcher, apart ? apart->threads : 1);
  } else if (apart) {
    execution = execute_apart(program, config, inputs, progress, apart->threads, listener);
  } else {
    execution = execute_in_models(program, config, inputs, watcher, progress, listener);
  }
  execution.simulate_s = stopwatch.seconds();
  return execution;
}

}  // namespace mmasim::sim
