// Every operator, lowered and executed, against the reference: at every preset and width, on a roomy and on a
// cramped machine, on one with a bare output stage and one that has everything.
#include <doctest/doctest.h>

#include "tests/kit/execution.h"
#include "tests/kit/graph_builder.h"

using namespace mmasim;
using namespace mmasim::tests;
using runtime::Graph;

namespace {

isa::Machine cramped() {
  isa::Machine machine;
  machine.name = "cramped";
  machine.l2_bytes = 48 * 1024;
  machine.l3_bytes = 16 * 1024;
  return machine;
}
isa::Machine full_stage() {
  isa::Machine machine;
  machine.name = "full";
  machine.multiplier_bits = 31;
  machine.per_lane_shift = machine.has_output_zero_point = machine.has_output_clip = 1;
  machine.half_up_only = 0;
  return machine;
}
isa::Machine small_array() {
  isa::Machine machine = full_stage();
  machine.name = "small array";
  machine.array_bytes = machine.vector_bytes = 32;
  machine.l2_bytes = 96 * 1024;
  return machine;
}

// Blocks over the ends of lines on two of the machines, within lines on the others.
runtime::LowerOptions options_for(const isa::Machine& machine) {
  runtime::LowerOptions options;
  options.rules.blocks_span_lines = options.rules.pointwise_spans_lines =
      machine.name == "full" || machine.name == "cramped";
  return options;
}

// Every node with widths of its own, so that all pairs meet: weights, inputs and outputs of 8 and 16 bits.
runtime::QuantSpec mixed(const Graph& graph, const std::string& preset, size_t turn) {
  runtime::QuantSpec spec = runtime::resolve_preset(preset, "preset");
  const char* const widths[] = {"8", "16"};
  const auto add = [&](const std::string& name, size_t weight, size_t act) {
    spec.overrides.push_back(
        {"name:" + name,
         "test",
         {{"weight.bits", widths[weight % 2], "test"}, {"act.bits", widths[act % 2], "test"}}});
  };
  for (size_t i = 0; i < graph.inputs.size(); ++i) add(graph.tensors[graph.inputs[i]].name, 0, turn + i);
  for (size_t i = 0; i < graph.nodes.size(); ++i) add(graph.nodes[i].name, i / 2 + turn / 2, i + turn + 1);
  return spec;
}

void check_mixed(const Graph& graph) {
  for (const auto& machine : {isa::Machine{}, full_stage()}) {
    for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
      for (size_t turn = 0; turn < 4; ++turn) {
        CAPTURE(machine.name);
        CAPTURE(preset);
        CAPTURE(turn);
        const auto execution =
            execute_and_compare(graph, mixed(graph, preset, turn), machine, options_for(machine));
        CHECK(execution.compared_tensors >= graph.nodes.size() + graph.outputs.size());
        CHECK(execution.difference == "");
        CHECK(execution.any_order_agrees);
      }
    }
  }
}

// Output stages that only the DSP has, and steps per channel under a shift per lane.
void check_other_presets(const Graph& graph) {
  for (const auto& machine : {isa::Machine{}, full_stage()}) {
    for (const std::string preset :
         {"asym-pt", "tidl-dw-channel", "tqt-static", "chaidnn-dynamic-fixed-6", "chaidnn-xilinx"}) {
      for (const std::string precision : {"int8", "int16"}) {
        if (preset.rfind("chaidnn", 0) == 0 && precision == "int16") continue;
        CAPTURE(machine.name);
        CAPTURE(preset);
        CAPTURE(precision);
        const auto execution = execute_and_compare(graph, preset, precision, machine, options_for(machine));
        CHECK(execution.difference == "");
        CHECK(execution.any_order_agrees);
      }
    }
  }
}

void check(const Graph& graph) {
  check_other_presets(graph);
  check_mixed(graph);
  for (const auto& machine : {isa::Machine{}, cramped(), full_stage(), small_array()}) {
    for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
      for (const std::string precision : {"int8", "int16", "int32"}) {
        CAPTURE(machine.name);
        CAPTURE(preset);
        CAPTURE(precision);
        const auto execution = execute_and_compare(graph, preset, precision, machine, options_for(machine));
        CHECK(execution.compared_tensors == graph.nodes.size() + graph.outputs.size());
        CHECK(execution.difference == "");
        CHECK(execution.any_order_agrees);
      }
    }
  }
}

}  // namespace

TEST_CASE("lower: a convolution with uneven channels, stride, padding and dilation") {
  GraphBuilder b;
  auto w = window(3, 2, 1);
  w.pad = {0, 1, 2, 1};
  w.dilation = {1, 2};
  const auto x = b.conv(b.input({1, 5, 13, 17}), 70, w, 1, relu());
  check(b.finish({b.conv(x, 9, window(1))}));
}

TEST_CASE("lower: two frames in a batch") {
  GraphBuilder b;
  const auto x = b.conv(b.input({2, 3, 10, 10}), 20, window(3, 1, 1), 1, relu());
  const auto pooled = b.add(runtime::GlobalAveragePool{}, {x});
  check(b.finish({b.gemm(b.add(runtime::Reshape{}, {pooled}, {}, {2, 20}), 11)}));
}

TEST_CASE("lower: grouped convolutions, several groups to a panel and one") {
  GraphBuilder b;
  auto x = b.conv(b.input({1, 24, 9, 9}), 36, window(3, 1, 1), 6, relu());
  x = b.conv(x, 36, window(1), 2);
  check(b.finish({b.conv(x, 72, window(3, 2, 1), 36)}));
}

TEST_CASE("lower: depthwise convolution, on the array and on the DSP") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 70, 11, 9}), 70, window(3, 2, 1), 70, clip(0, 6));
  const auto graph = b.finish({b.conv(x, 70, window(5, 1, 2), 70)});
  check(graph);
  for (const double dsp_macs_per_cycle : {1e-3, 1e6}) {
    runtime::LowerOptions options;
    options.cost.dsp_macs_per_cycle = dsp_macs_per_cycle;
    const auto execution = execute_and_compare(graph, "tidl-np2-fixed", "int8", isa::Machine{}, options);
    CHECK(execution.difference == "");
    CHECK((execution.program.layers.at(2).dataflow == "dsp") == (dsp_macs_per_cycle > 1));
  }
}

TEST_CASE("lower: a depth that is cut into pieces keeps its accumulators in the array") {
  GraphBuilder b;
  const auto graph = b.finish({b.conv(b.input({1, 300, 4, 4}), 70, window(3, 1, 1))});
  const auto execution = execute_and_compare(graph, "tidl-np2-fixed", "int8", cramped());
  CHECK(execution.difference == "");
  CHECK(execution.program.layers.at(1).dataflow == "depth-split");
  check(graph);
}

TEST_CASE("lower: transposed convolution") {
  GraphBuilder b;
  auto w = window(3, 2, 1);
  const auto x = b.conv_transpose(b.input({1, 6, 5, 7}), 10, w, {1, 1});
  check(b.finish({b.conv_transpose(x, 4, window(2, 2), {0, 0}, 2)}));
}

TEST_CASE("lower: normalization on its own and a clip with bounds of its own") {
  GraphBuilder b;
  const auto x = b.batch_norm(b.input({1, 12, 6, 5}));
  const auto y = b.add(runtime::Clip{}, {x}, clip(-0.5, 1.25));
  check(b.finish({b.conv(y, 8, window(1), 1, clip(-1, 2))}));
}

TEST_CASE("lower: sums, differences and products, with and without broadcast") {
  GraphBuilder b;
  const auto x = b.input({2, 7, 6, 5});
  const auto a = b.conv(x, 12, window(3, 1, 1)), c = b.conv(x, 12, window(1), 1, relu());
  const auto gate = b.add(runtime::Unary{runtime::Unary::Kind::sigmoid},
                          {b.add(runtime::GlobalAveragePool{}, {a}, {}, {2, 12, 1, 1})});
  const auto sum = b.add(runtime::Add{}, {a, c}, relu());
  const auto scaled = b.add(runtime::Mul{}, {sum, gate});
  const auto difference = b.add(runtime::Sub{}, {a, gate});
  const auto plane = b.conv(x, 1, window(1));
  check(b.finish({b.add(runtime::Mul{}, {scaled, difference}), b.add(runtime::Add{}, {scaled, plane})}));
}

TEST_CASE("lower: activations by table, slope and clip") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 3, 8, 8}), 10, window(3, 1, 1));
  const auto leaky = b.add(runtime::Prelu{{0.1}, 0}, {x});
  const auto prelu = b.add(runtime::Prelu{b.values(10), 10}, {leaky});
  const auto swish = b.add(runtime::Unary{runtime::Unary::Kind::hard_swish}, {prelu});
  const auto hard = b.add(runtime::Unary{runtime::Unary::Kind::hard_sigmoid, 1.0 / 6, 0.5}, {swish});
  check(b.finish(
      {b.add(runtime::Mul{}, {swish, hard}), b.add(runtime::Unary{runtime::Unary::Kind::sigmoid}, {prelu})}));
}

TEST_CASE("lower: pools with padding counted and not") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 3, 11, 13}), 9, window(1));
  const auto max = b.add(runtime::MaxPool{window(3, 2, 1)}, {x});
  const auto counted = b.add(runtime::AveragePool{window(3, 1, 1), true}, {max});
  const auto uncounted = b.add(runtime::AveragePool{window(3, 2, 1), false}, {counted});
  check(b.finish({b.add(runtime::AveragePool{window(2, 1), false}, {uncounted})}));
}

TEST_CASE("lower: concatenation along channels, lines and features") {
  GraphBuilder b;
  const auto x = b.input({1, 4, 6, 6});
  const auto a = b.conv(x, 5, window(1)), c = b.conv(x, 9, window(3, 1, 1), 1, relu());
  const auto channels = b.add(runtime::Concat{1}, {a, c, a});
  const auto lines = b.add(runtime::Concat{2}, {channels, channels});
  const auto columns = b.add(runtime::Concat{3}, {lines, lines});
  const auto flat = b.add(runtime::Reshape{}, {b.add(runtime::GlobalAveragePool{}, {columns})}, {}, {1, 19});
  check(b.finish({b.add(runtime::Concat{1}, {flat, flat})}));
}

TEST_CASE("lower: many inputs to one concatenation") {
  GraphBuilder b;
  const auto x = b.input({1, 4, 5, 5});
  std::vector<runtime::TensorId> parts;
  for (int i = 0; i < 15; ++i)
    parts.push_back(b.conv(x, 3 + i, window(1), 1, i % 2 ? relu() : runtime::Activation{}));
  check(b.finish({b.add(runtime::Concat{1}, parts)}));
}

TEST_CASE("lower: rearrangements") {
  GraphBuilder b;
  const auto x = b.conv(b.input({2, 3, 6, 4}), 8, window(1));
  const auto padded = b.add(runtime::Pad{{0, 0, 1, 2}, {0, 0, 0, 1}}, {x});
  const auto sliced = b.add(runtime::Slice{{0, 7, 0, 1}, {1, -2, 1, 2}}, {padded}, {}, {2, 4, 6, 3});
  const auto turned = b.add(runtime::Transpose{{0, 2, 3, 1}}, {sliced});
  const auto linear = b.add(runtime::Reshape{}, {turned}, {}, {2, 18, 4});
  const auto back = b.add(runtime::Reshape{}, {linear}, {}, {2, 4, 6, 3});
  check(b.finish({b.add(runtime::Reshape{}, {back}, {}, {2, 6, 4, 3}), turned}));
}

TEST_CASE("lower: softmax, argmax and the class of every pixel") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 3, 7, 5}), 11, window(3, 1, 1));
  check(b.finish({b.add(runtime::Softmax{1}, {x}), b.add(runtime::ArgMax{1}, {x})}));
}

TEST_CASE("lower: enlargement, nearest and bilinear") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 3, 7, 5}), 6, window(1));
  const auto nearest = b.add(runtime::Resize{runtime::Resize::Mode::nearest, 2, 3, true}, {x});
  const auto centred = b.add(runtime::Resize{runtime::Resize::Mode::bilinear, 2, 4, true}, {x});
  check(b.finish(
      {nearest, centred, b.add(runtime::Resize{runtime::Resize::Mode::bilinear, 3, 2, false}, {x})}));
}

TEST_CASE("lower: an output that other layers read, and a network input as an output") {
  GraphBuilder b;
  const auto x = b.input({1, 3, 4, 4});
  const auto y = b.conv(x, 4, window(1));
  check(b.finish({y, b.conv(y, 5, window(3, 1, 1))}));
}

TEST_CASE("lower: the structure of a program does not depend on values") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 3, 12, 12}), 40, window(3, 1, 1), 1, relu());
  const auto y = b.add(runtime::Add{}, {b.conv(x, 40, window(3, 1, 1)), x});
  const auto graph = b.finish(
      {b.gemm(b.add(runtime::Reshape{}, {b.add(runtime::GlobalAveragePool{}, {y})}, {}, {1, 40}), 10)});
  for (const std::string preset : {"tidl-np2-fixed", "per-channel"}) {
    const auto spec = runtime::resolve_preset(preset, "int8");
    const auto without = runtime::lower(graph, runtime::make_plan_structure(graph, make_recipe(graph, spec)),
                                        isa::Machine{}, {})
                             .program;
    const auto with = execute_and_compare(graph, preset, "int8", isa::Machine{}).program;
    CHECK(without.instruction_count == with.instruction_count);
    CHECK(without.code.size() == with.code.size());
    CHECK(without.constants_bytes == with.constants_bytes);
    CHECK(without.ddr_bytes_used == with.ddr_bytes_used);
    CHECK(without.l2_bytes_used == with.l2_bytes_used);
  }
}
