// Whole networks: values alone, time alone and both; images a second; and the steps of the front end. Time
// elaborates SystemC, once in a process: those runs are children, and tell how long they took themselves.
#include <benchmark/benchmark.h>

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <random>

#include "runtime/io/dataset.h"
#include "sim/config/config.h"
#include "sim/experiment/accuracy.h"
#include "sim/experiment/execution.h"
#include "sim/experiment/pipeline.h"
#include "sim/host/child_process.h"
#include "tests/kit/onnx_builder.h"

namespace {

using namespace mmasim;
using namespace mmasim::sim;

const std::string kNetworks = MMASIM_SOURCE_DIR "/tests/networks/";
const std::string kFrozen = MMASIM_SOURCE_DIR "/tests/golden/frozen.yaml";

struct Prepared {
  explicit Prepared(const std::string& file) : config(load_config(kFrozen)) {
    DataChoice data;
    data.random_weights = 1;
    network = load_network(kNetworks + file, {}, data, Values::made, config.machine.ddr_bytes);
    calibration = calibrate_network(network.graph, "", network.inputs, 0, 1);
    planned = plan_network(network.graph, config, &calibration.ranges, {});
    inputs = quantize_inputs(network, planned.plan);
  }

  Configuration config;
  LoadedNetwork network;
  Calibration calibration;
  PlannedNetwork planned;
  std::vector<std::vector<uint8_t>> inputs;
};

void simulate(benchmark::State& state, const std::string& file, Mode mode) {
  Prepared prepared(file);
  for (auto _ : state) {
    const auto seconds = run_in_children(
        {nullptr},
        [&](const nlohmann::ordered_json&) {
          return nlohmann::ordered_json(execute(prepared.planned.lowered.program, prepared.config, mode,
                                                prepared.inputs, {}, {}, ValuesApart{1})
                                            .simulate_s);
        },
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

// Cycles depend on no value: an evaluation times its program once, in a child, and makes values of every
// image.
void evaluate_images(benchmark::State& state, bool is_timed) {
  const Prepared prepared("trained/fashion_resnet8.onnx");
  const auto dataset = runtime::load_dataset(MMASIM_SOURCE_DIR "/tests/data/fashion_mnist", 1000);
  const auto& input = prepared.planned.plan.tensors[prepared.network.graph.inputs[0]];
  const auto& program = prepared.planned.lowered.program;
  const auto time_program = [&](const nlohmann::ordered_json&) {
    return nlohmann::ordered_json(models::simulate(program, prepared.config, nullptr).total_cycles);
  };
  Progress silent(Loudness::silent);
  for (auto _ : state) {
    if (is_timed) run_in_children({nullptr}, time_program, 1);
    answer_by_program(program, answer_parts(prepared.network.graph), input, dataset.images, 1, silent);
  }
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(dataset.size()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(evaluate_images, values, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(evaluate_images, values_and_time, true)
    ->UseRealTime()  // children's too
    ->Unit(benchmark::kMillisecond);

void import_network(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(
        load_network(kNetworks + "resnet50.onnx", {}, {}, Values::skipped, UINT64_MAX).facts.macs);
}
BENCHMARK(import_network)->Unit(benchmark::kMillisecond);

// Import, calibrate, plan and lower a chain of so many convolutions with weights: linear in their number.
void front_end_of_chain(benchmark::State& state) {
  std::mt19937 generator(1);
  std::normal_distribution<float> normal(0, 1.0f / 24);  // so that values neither grow nor vanish
  std::vector<float> weights(64 * 64 * 9);
  for (float& weight : weights) weight = normal(generator);
  tests::OnnxBuilder chain(13);
  chain.input("t0", {1, 64, 14, 14});
  for (int64_t i = 0; i < state.range(0); ++i) {
    const auto number = std::to_string(i);
    chain.initializer("w" + number, {64, 64, 3, 3}, weights)
        .add_node("Conv", {"t" + number, "w" + number}, {"t" + std::to_string(i + 1)},
                  {tests::ints("pads", {1, 1, 1, 1})}, "conv" + number);
  }
  chain.output("t" + std::to_string(state.range(0)));
  const auto path =
      (std::filesystem::temp_directory_path() / ("mmasim-chain-" + std::to_string(getpid()) + ".onnx"))
          .string();
  chain.save(path);
  const auto config = load_config(kFrozen);
  for (auto _ : state) {
    auto network = load_network(path, {}, {}, Values::made, UINT64_MAX);
    const auto calibration = calibrate_network(network.graph, "", network.inputs, 0, 1);
    benchmark::DoNotOptimize(plan_network(network.graph, config, &calibration.ranges, {}).lower_s);
  }
  std::filesystem::remove(path);
}
BENCHMARK(front_end_of_chain)->Arg(64)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

void plan_and_lower(benchmark::State& state, Values values) {
  const Prepared prepared("resnet50.onnx");
  const auto* ranges = values == Values::made ? &prepared.calibration.ranges : nullptr;
  for (auto _ : state)
    benchmark::DoNotOptimize(plan_network(prepared.network.graph, prepared.config, ranges, {}).lower_s);
}
BENCHMARK_CAPTURE(plan_and_lower, values, Values::made)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(plan_and_lower, time, Values::skipped)->Unit(benchmark::kMillisecond);

}  // namespace
