// Operators in binary32 on the DSP, quantized at run time, and islands of either among integers: lowered and
// executed, against the reference bit for bit.
#include <doctest/doctest.h>

#include <algorithm>

#include "isa/encoding/codec.h"
#include "runtime/float_network/run_float.h"
#include "runtime/user_error.h"
#include "tests/kit/execution.h"
#include "tests/kit/graph_builder.h"

using namespace mmasim;
using namespace mmasim::tests;
using runtime::Graph;

namespace {

isa::Machine cramped() {
  isa::Machine machine;
  machine.name = "cramped";
  machine.l2_bytes = 64 * 1024;
  machine.l3_bytes = 16 * 1024;
  return machine;
}
isa::Machine small_array() {
  isa::Machine machine;
  machine.name = "small array";
  machine.array_bytes = machine.vector_bytes = 32;
  machine.l2_bytes = 96 * 1024;
  return machine;
}

void check_spec(const Graph& graph, const runtime::QuantSpec& spec) {
  for (const auto& machine : {isa::Machine{}, cramped(), small_array()}) {
    CAPTURE(machine.name);
    CAPTURE(spec.preset);
    CAPTURE(spec.precision);
    const auto execution = execute_and_compare(graph, spec, machine);
    CHECK(execution.compared_tensors >= graph.nodes.size() + graph.outputs.size());
    CHECK(execution.difference == "");
    CHECK(execution.any_order_agrees);
  }
}

void check(const Graph& graph) {
  check_spec(graph, runtime::resolve_preset("tidl-np2-fixed", "float32"));
  for (const std::string preset :
       {"dynamic", "dynamic-pc", "weight-only-int8", "weight-only-fp16", "weight-only-kmeans"})
    check_spec(graph, runtime::resolve_preset(preset, "preset"));
}

runtime::QuantSpec islands(const std::string& preset, const std::string& match, const std::string& mode) {
  auto spec = runtime::resolve_preset(preset, "preset");
  spec.overrides.push_back({match, "test", {{"mode", mode, "test"}}});
  return spec;
}

// The instructions of one mnemonic.
size_t count_of(const isa::Program& program, const std::string& mnemonic) {
  size_t count = 0;
  for (size_t offset = 0; offset < program.code.size();)
    count += isa::mnemonic(isa::decode(program.code, offset)) == mnemonic ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("lower reals: convolutions with uneven channels, stride, padding, dilation and groups") {
  GraphBuilder b;
  auto w = window(3, 2, 1);
  w.pad = {0, 1, 2, 1};
  w.dilation = {1, 2};
  auto x = b.conv(b.input({1, 6, 13, 17}), 36, w, 1, relu());
  x = b.conv(x, 24, window(1), 2);
  x = b.conv(x, 24, window(3, 1, 1), 24, clip(0, 6));
  check(b.finish({b.conv(x, 9, window(1))}));
}

TEST_CASE("lower reals: two frames, a global average, a reshape and a product") {
  GraphBuilder b;
  const auto x = b.conv(b.input({2, 3, 10, 10}), 20, window(3, 1, 1), 1, relu());
  const auto pooled = b.add(runtime::GlobalAveragePool{}, {x});
  const auto y = b.gemm(b.add(runtime::Reshape{}, {pooled}, {}, {2, 20}), 11);
  check(b.finish({b.add(runtime::Softmax{1}, {y})}));
}

TEST_CASE("lower reals: sums, differences and products, with an operand that repeats on either side") {
  GraphBuilder b;
  const auto x = b.input({1, 8, 6, 5}), gate = b.input({1, 8, 1, 1});
  const auto sum = b.add(runtime::Add{}, {x, b.conv(x, 8, window(1))}, relu());
  const auto left = b.add(runtime::Sub{}, {gate, sum}), right = b.add(runtime::Sub{}, {sum, gate});
  check(b.finish({b.add(runtime::Mul{}, {left, right}), b.add(runtime::Mul{}, {gate, sum})}));
}

TEST_CASE("lower reals: pools with padding, functions, and a concatenation") {
  GraphBuilder b;
  const auto x = b.input({1, 5, 9, 11});
  const auto largest = b.add(runtime::MaxPool{window(3, 2, 1)}, {x});
  const auto average = b.add(runtime::AveragePool{window(3, 2, 1), false}, {x});
  const auto padded = b.add(runtime::AveragePool{window(3, 2, 1), true}, {x});
  const auto sigmoid = b.add(runtime::Unary{}, {largest});
  const auto swish = b.add(runtime::Unary{runtime::Unary::Kind::hard_swish}, {average});
  const auto leaky = b.add(runtime::Prelu{{0.125}}, {padded});
  check(b.finish({b.add(runtime::Concat{1}, {sigmoid, swish, leaky})}));
}

TEST_CASE("lower reals: transposed convolutions with strides, dilation, groups and output padding") {
  GraphBuilder b;
  auto w = window(3, 2, 1);
  auto x = b.conv_transpose(b.input({1, 6, 5, 7}), 8, w, {1, 0});
  w.stride = {3, 1}, w.dilation = {1, 2};
  x = b.conv_transpose(x, 12, w, {0, 0}, 2);
  check(b.finish({b.conv_transpose(x, 12, window(2, 2), {0, 0}, 12)}));
}

TEST_CASE("lower reals: the index of the largest real is an integer") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 4, 6, 6}), 21, window(3, 1, 1));
  const auto graph = b.finish({b.add(runtime::ArgMax{1}, {x})});
  check(graph);
  const auto execution = execute_and_compare(graph, "tidl-np2-fixed", "float32", isa::Machine{});
  CHECK(execution.program.outputs.at(0).element == isa::Element::s64);
  CHECK(count_of(execution.program, "dsp.argmax") >= 1);
  CHECK(count_of(execution.program, "dsp.quantize") == 0);
}

TEST_CASE("lower reals: what only moves takes reals as it takes integers") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 4, 6, 6}), 6, window(1));
  const auto padded = b.add(runtime::Pad{{0, 0, 1, 2}, {0, 0, 0, 1}}, {x});
  const auto turned = b.add(runtime::Transpose{{0, 2, 3, 1}}, {padded});
  check(b.finish({b.add(runtime::Slice{{0, 1, 0, 2}, {1, 2, 1, 1}}, {turned}, {}, {1, 3, 9, 4})}));
}

TEST_CASE("lower reals: weights larger than L2 come in parts") {
  GraphBuilder b;
  check(b.finish({b.conv(b.input({1, 300, 3, 3}), 130, window(3, 1, 1))}));
}

TEST_CASE("lower reals: an island among integers has a conversion at each border, for every preset") {
  GraphBuilder b;
  const auto x = b.conv(b.input({1, 6, 8, 8}), 12, window(3, 1, 1), 1, relu());
  const auto middle = b.conv(x, 12, window(3, 1, 1), 1, relu());
  const auto graph = b.finish({b.add(runtime::Add{}, {middle, x}, relu())});
  const std::string match = "name:" + graph.nodes[1].name;
  for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"})
    for (const std::string mode : {"float", "dynamic"}) check_spec(graph, islands(preset, match, mode));
  const auto execution =
      execute_and_compare(graph, islands("tidl-np2-fixed", match, "float"), isa::Machine{});
  CHECK(count_of(execution.program, "dsp.dequantize") >= 1);
  CHECK(count_of(execution.program, "dsp.quantize") >= 1);
  CHECK(count_of(execution.program, "dsp.convolve_f32") >= 1);
  CHECK(count_of(execution.program, "mma.stream") >= 1);  // of the first convolution
  const auto is_middle = [&](const auto& fallback) { return fallback.node == graph.nodes[1].name; };
  REQUIRE(std::any_of(execution.fallbacks.begin(), execution.fallbacks.end(), is_middle));
}

TEST_CASE("lower reals: a dynamic layer measures, quantizes, multiplies on the array and makes reals") {
  GraphBuilder b;
  const auto graph = b.finish({b.conv(b.input({1, 16, 8, 8}), 32, window(3, 1, 1), 1, relu())});
  const auto execution =
      execute_and_compare(graph, runtime::resolve_preset("dynamic-pc", "preset"), isa::Machine{});
  CHECK(execution.difference == "");
  for (const char* mnemonic : {"dsp.range", "dsp.quantize", "mma.stream", "dsp.dequantize"}) {
    CAPTURE(mnemonic);
    CHECK(count_of(execution.program, mnemonic) >= 1);
  }
  CHECK(count_of(execution.program, "dsp.requantize") == 0);
  CHECK(count_of(execution.program, "dsp.convolve_f32") == 0);
}

TEST_CASE("lower reals: a slope per channel is a sum of two parts") {
  GraphBuilder b;
  const auto x = b.input({2, 10, 7, 5});
  const auto y = b.conv(x, 12, {}, 1);
  check(b.finish({b.add(runtime::Prelu{b.values(12), 12}, {y})}));
  // An island of a slope per channel among integers.
  GraphBuilder among;
  const auto map = among.conv(among.input({1, 6, 9, 9}), 8, {}, 1);
  const auto graph =
      among.finish({among.conv(among.add(runtime::Prelu{among.values(8), 8}, {map}), 4, {}, 1)});
  const auto island = islands("tidl-np2-fixed", "op:Prelu", "float");
  check_spec(graph, island);
  CHECK(count_of(execute_and_compare(graph, island, isa::Machine{}).program, "dsp.combine_f32") >= 1);
}

TEST_CASE("lower reals: the parts of a slope per channel give what the operator says (hand vector)") {
  GraphBuilder b;
  const auto x = b.input({1, 2, 1, 2});
  auto graph = b.finish({b.add(runtime::Prelu{{0.5, -2}, 2}, {x})});
  auto recipe = runtime::make_recipe(graph, runtime::resolve_preset("tidl-np2-fixed", "float32"));
  REQUIRE(runtime::needs_conversions(graph, recipe));
  runtime::insert_conversions(graph, recipe, nullptr);
  runtime::verify(graph);
  REQUIRE(graph.nodes.size() == 4);
  const auto tensors = runtime::run_float(graph, {{{1, 2, 1, 2}, {3, -4, 5, -6}}});
  CHECK(tensors.at(graph.outputs[0]).values == std::vector<float>{3, -2, 5, 12});
}

TEST_CASE("lower reals: what the DSP cannot compute in float32 is refused by name") {
  GraphBuilder b;
  const auto x = b.input({1, 4, 6, 6});
  const auto graph = b.finish({b.add(runtime::Resize{runtime::Resize::Mode::bilinear, 2, 2}, {x})});
  std::string said;
  try {
    execute_and_compare(graph, "tidl-np2-fixed", "float32", isa::Machine{});
  } catch (const runtime::UserError& error) {
    said = error.what();
  }
  CHECK(said ==
        "node '" + graph.nodes[0].name +
            "' (Resize) cannot run in float32: it is bilinear; give it mode: static by an override of a "
            "quantization file");
}
