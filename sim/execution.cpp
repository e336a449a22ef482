#include "sim/execution.h"

#include <algorithm>
#include <future>
#include <stdexcept>

#include "runtime/user_error.h"
#include "sim/placed_tensor.h"
#include "sim/stopwatch.h"

namespace mmasim::sim {
namespace {

// `threads` make the values of a functional run.
Execution execute_with_values(const isa::Program& program, const models::SocConfig& config, Mode mode,
                              const std::vector<std::vector<uint8_t>>& inputs, const MemoryWatcher& watcher,
                              const models::LayerProgress& progress, unsigned threads) {
  auto memory = memory_for(program);
  auto view = memory.view();
  write_inputs(view, program, inputs);
  isa::TokenWatcher token_watcher;
  if (watcher) token_watcher = [&](uint16_t token, uint32_t count) { watcher(view, token, count); };
  Execution execution;
  if (mode == Mode::functional_only) {
    isa::UntimedMachine machine(program, threads);
    machine.run(view, token_watcher);
    execution.overflow_count = machine.overflow_count();
  } else {
    execution.activity = models::simulate(program, config, &view, token_watcher, progress);
    execution.overflow_count = execution.activity->overflow_count;
  }
  for (const auto& output : program.outputs) execution.outputs.push_back(read_tensor(view, output));
  return execution;
}

Execution execute_apart(const isa::Program& program, const models::SocConfig& config,
                        const std::vector<std::vector<uint8_t>>& inputs,
                        const models::LayerProgress& progress, unsigned threads) {
  const auto launch = threads > 1 ? std::launch::async : std::launch::deferred;
  const unsigned values_threads = threads > 2 ? threads - 1 : 1;  // one keeps time
  auto values = std::async(launch, [&] {
    return execute_with_values(program, config, Mode::functional_only, inputs, {}, {}, values_threads);
  });
  auto activity = models::simulate(program, config, nullptr, {}, progress);
  Execution execution = values.get();
  activity.overflow_count = *execution.overflow_count;
  execution.activity = std::move(activity);
  return execution;
}

}  // namespace

isa::OwnedMemory memory_for(const isa::Program& program) {
  const uint64_t ddr_bytes = std::max(program.ddr_bytes_used, program.constants_bytes);
  isa::OwnedMemory memory(program.machine, ddr_bytes);
  const auto view = memory.view();
  std::copy(program.constants.begin(), program.constants.end(),
            view.at(isa::Address::in(isa::Space::ddr, 0)));
  return memory;
}

void write_inputs(const isa::MemoryView& memory, const isa::Program& program,
                  const std::vector<std::vector<uint8_t>>& inputs) {
  if (inputs.size() != program.inputs.size()) {
    throw std::logic_error("program has " + std::to_string(program.inputs.size()) + " inputs, given " +
                           std::to_string(inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) write_tensor(memory, program.inputs[i], inputs[i]);
}

Execution execute(const isa::Program& program, const models::SocConfig& config, Mode mode,
                  const std::vector<std::vector<uint8_t>>& inputs, const MemoryWatcher& watcher,
                  const models::LayerProgress& progress, const ValuesBy& values_by) {
  const Stopwatch stopwatch;
  Execution execution;
  const auto* apart = std::get_if<ValuesApart>(&values_by);
  if (mode == Mode::timing_only) {
    execution.activity = models::simulate(program, config, nullptr, {}, progress);
  } else if (apart && mode == Mode::timed_values) {
    execution = execute_apart(program, config, inputs, progress, apart->threads);
  } else {
    execution =
        execute_with_values(program, config, mode, inputs, watcher, progress, apart ? apart->threads : 1);
  }
  execution.simulate_s = stopwatch.seconds();
  return execution;
}

}  // namespace mmasim::sim
