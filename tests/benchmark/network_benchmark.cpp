// Whole networks: values alone, time alone and both; images a second; and the steps of the front end. Time
// elaborates SystemC, once in a process: those runs are children, and tell how long they took themselves.
#include <benchmark/benchmark.h>

#include <memory>

#include "runtime/io/dataset.h"
#include "runtime/quantize/quantize.h"
#include "sim/accuracy.h"
#include "sim/child_process.h"
#include "sim/config.h"
#include "sim/execution.h"
#include "sim/pipeline.h"

namespace {

using namespace mmasim;
using namespace mmasim::sim;

const std::string kNetworks = MMASIM_SOURCE_DIR "/tests/networks/";
const std::string kFrozen = MMASIM_SOURCE_DIR "/tests/golden/frozen.yaml";

struct Prepared {
  explicit Prepared(const std::string& file) : config(load_config(kFrozen)) {
    DataOptions data;
    data.random_weights = 1;
    network = load_network(kNetworks + file, data, Values::made, config.machine.ddr_bytes);
    calibration = calibrate_network(network.graph, "", network.inputs, 0, 1);
    planned = plan_network(network.graph, config, &calibration.ranges, {});
    inputs = quantize_inputs(network, planned.plan);
  }

  models::SocConfig config;
  LoadedNetwork network;
  Calibration calibration;
  PlannedNetwork planned;
  std::vector<std::vector<uint8_t>> inputs;
};

void simulate(benchmark::State& state, const std::string& file, Mode mode) {
  const Prepared prepared(file);
  for (auto _ : state) {
    const auto seconds = run_in_children(
        {[&] {
          return nlohmann::ordered_json(execute(prepared.planned.lowered.program, prepared.config, mode,
                                                prepared.inputs, {}, {}, ValuesApart{1})
                                            .simulate_s);
        }},
        1);
    state.SetIterationTime(seconds.front().get<double>());
  }
}
#define MMASIM_NETWORK(name)                                                       \
  BENCHMARK_CAPTURE(simulate, name / values, #name ".onnx", Mode::functional_only) \
      ->UseManualTime()                                                            \
      ->Unit(benchmark::kMillisecond);                                             \
  BENCHMARK_CAPTURE(simulate, name / time, #name ".onnx", Mode::timing_only)       \
      ->UseManualTime()                                                            \
      ->Unit(benchmark::kMillisecond);                                             \
  BENCHMARK_CAPTURE(simulate, name / both, #name ".onnx", Mode::timed_values)      \
      ->UseManualTime()                                                            \
      ->Unit(benchmark::kMillisecond)
MMASIM_NETWORK(resnet18);
MMASIM_NETWORK(resnet50);
MMASIM_NETWORK(mobilenet_v2);

// One machine, run over and over: no page is touched for the first time.
void repeat_values(benchmark::State& state, const std::string& file) {
  const Prepared prepared(file);
  const auto& program = prepared.planned.lowered.program;
  auto memory = memory_for(program);
  const auto view = memory.view();
  write_inputs(view, program, prepared.inputs);
  isa::UntimedMachine machine(program);
  for (auto _ : state) machine.run(view);
}
BENCHMARK_CAPTURE(repeat_values, resnet50, "resnet50.onnx")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(repeat_values, mobilenet_v2, "mobilenet_v2.onnx")->Unit(benchmark::kMillisecond);

void evaluate_images(benchmark::State& state) {
  const Prepared prepared("trained/fashion_resnet8.onnx");
  const auto dataset = runtime::load_dataset(MMASIM_SOURCE_DIR "/tests/data/fashion_mnist", 1000);
  const auto& input = prepared.planned.plan.tensors[prepared.network.graph.inputs[0]];
  for (auto _ : state) answer_by_program(prepared.planned.lowered.program, input, dataset.images, 1);
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(dataset.size()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(evaluate_images)->Unit(benchmark::kMillisecond);

void import_network(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        load_network(kNetworks + "resnet50.onnx", {}, Values::skipped, UINT64_MAX).facts.macs);
}
BENCHMARK(import_network)->Unit(benchmark::kMillisecond);

void plan_and_lower(benchmark::State& state, Values values) {
  const Prepared prepared("resnet50.onnx");
  const auto* ranges = values == Values::made ? &prepared.calibration.ranges : nullptr;
  for (auto _ : state)
    benchmark::DoNotOptimize(plan_network(prepared.network.graph, prepared.config, ranges, {}).lower_s);
}
BENCHMARK_CAPTURE(plan_and_lower, values, Values::made)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plan_and_lower, time, Values::skipped)->Unit(benchmark::kMillisecond);

}  // namespace
