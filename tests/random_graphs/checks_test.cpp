// The checks themselves: each passes on a sound network and catches a fault put in by hand.
#include <doctest/doctest.h>

#include <fstream>

#include "isa/program/program_file.h"
#include "runtime/reference/reference.h"
#include "sim/inputs/placed_tensor.h"
#include "tests/kit/onnx_builder.h"
#include "tests/random_graphs/checks.h"
#include "tests/random_graphs/float_error.h"
#include "tests/random_graphs/import_check.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;
using namespace mmasim::random_graphs;

namespace {

// Conv with bias, Relu, Softmax: a layer on the array, one on the DSP.
RandomNetwork sound_network(const std::string& preset, const std::string& precision) {
  RandomNetwork network;
  network.onnx = tests::OnnxBuilder(13)
                     .input("x", {1, 3, 5, 7})
                     .add_conv("conv", "x", "c", {4, 3, 3, 3})
                     .add_node("Relu", {"c"}, {"r"})
                     .add_node("Sigmoid", {"r"}, {"s"})
                     .output("s")
                     .bytes();
  network.preset = preset;
  network.precision = precision;
  network.input_tensors = {{"x", {1, 3, 5, 7}}};
  network.outputs = {{"s", {1, 4, 3, 5}}};
  return network;
}

Prepared prepared_network(const RandomNetwork& network) {
  const runtime::test::TemporaryFolder folder("checks");
  folder.write("network.onnx", network.onnx);
  return prepare(network, folder.file("network.onnx"), {});  // inputs are synthetic
}

struct Reference {
  explicit Reference(const RandomNetwork& network) : prepared(prepared_network(network)) {
    const auto& graph = prepared.network.graph;
    const auto& plan = prepared.planned.plan;
    const auto element = plan.tensors[graph.inputs[0]].element();
    integers = runtime::run_reference(
        graph, plan, {sim::unpack(prepared.inputs[0], element, graph.tensors[graph.inputs[0]].shape)});
    floats = {prepared.network.inputs[0].floats};
  }
  std::string outside() const {
    return outside_bounds(
        {prepared.network.graph, prepared.planned.plan, prepared.spec, prepared.ranges, floats, integers});
  }
  size_t of(const std::string& name) const {
    const auto& tensors = prepared.network.graph.tensors;
    for (size_t id = 0; id < tensors.size(); ++id) {
      if (tensors[id].name == name) return id;
    }
    throw std::logic_error("no tensor " + name);
  }

  Prepared prepared;
  std::vector<runtime::IntegerTensor> integers;
  std::vector<runtime::FloatTensor> floats;
};

}  // namespace

TEST_CASE("checks: float bounds hold of a sound network") {
  for (const char* preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
    for (const char* precision : {"int8", "int16", "int32"}) {
      CAPTURE(preset);
      CAPTURE(precision);
      CHECK(Reference(sound_network(preset, precision)).outside() == "");
    }
  }
}

TEST_CASE("checks: float bounds catch a value two steps off, another order, and a coarse grid") {
  const auto network = sound_network("per-channel", "int8");
  SUBCASE("two steps of a table") {
    Reference reference(network);
    reference.integers[reference.of("s")].values[7] += 2;
    CHECK(reference.outside() != "");
  }
  SUBCASE("channels of a convolution in another order") {
    Reference reference(network);
    auto& values = reference.integers[reference.of("r")].values;
    std::rotate(values.begin(), values.begin() + 15, values.end());  // 4 channels of 3 x 5
    CHECK(reference.outside() != "");
  }
  SUBCASE("an input one step off") {
    Reference reference(network);
    ++reference.integers[reference.of("x")].values[3];
    CHECK(reference.outside() != "");
  }
  SUBCASE("a step four times as wide as the range asks for") {
    Reference reference(network);
    reference.prepared.planned.plan.tensors[reference.of("r")].inv_step /= 4;
    CHECK(reference.outside() != "");
  }
}

TEST_CASE("checks: the oracle catches a constant taken along another axis") {
  auto network = sound_network("per-channel", "int8");
  const auto prepared = prepared_network(network);
  CHECK(check_import(prepared, network) == "");
  onnx::ModelProto model;
  model.ParseFromString(network.onnx);
  auto* bias = model.mutable_graph()->mutable_initializer(1);
  REQUIRE(bias->name() == "conv.bias");
  std::swap(*bias->mutable_float_data()->Mutable(0), *bias->mutable_float_data()->Mutable(1));
  network.onnx = model.SerializeAsString();
  CHECK(check_import(prepared, network) != "");
}

TEST_CASE("checks: a sound program executes as the reference does") {
  auto prepared = prepared_network(sound_network("tidl-np2-fixed", "int16"));
  const auto executions = check_executions(prepared);
  CHECK(executions.fault == "");
  const auto activity = *executions.timed.activity;
  CHECK(check_cycles(prepared, activity) == "");
  // A layer that does not begin where the other ends.
  auto gap = activity;
  ++gap.layers[1].start_cycle;
  CHECK(check_cycles(prepared, gap) != "");
  // Results that never reach DDR.
  auto unmoved = activity;
  for (auto& layer : unmoved.layers) layer.ddr = {};
  CHECK(check_cycles(prepared, unmoved) != "");
  // An array of 32 x 32 faster than it is.
  prepared.planned.lowered.program.layers[0].macs = 1024 * activity.total_cycles + 1024;
  CHECK(check_cycles(prepared, activity) != "");
}

TEST_CASE("checks: another constant in the program is caught in both executions") {
  auto prepared = prepared_network(sound_network("tidl-np2-fixed", "int8"));
  auto& constants = prepared.planned.lowered.program.constants;
  for (size_t i = 0; i < constants.size(); ++i) constants[i] = static_cast<uint8_t>(constants[i] ^ 0x10);
  CHECK(check_executions(prepared).fault.rfind("untimed: ", 0) == 0);
}

TEST_CASE("checks: simulate is run, and another input step is not") {
  auto prepared = prepared_network(sound_network("tidl-p2-dynamic", "int8"));
  const runtime::test::TemporaryFolder folder("simulate");
  auto& program = prepared.planned.lowered.program;
  const auto outputs =
      sim::execute(program, prepared.config, sim::Mode::functional_only, prepared.inputs).outputs;
  CHECK(check_simulate(prepared, folder.file("program.mma"), outputs) == "");
  program.inputs[0].inv_step *= 2;
  CHECK(check_simulate(prepared, folder.file("program.mma"), outputs) != "");
}
