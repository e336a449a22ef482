// Conv, ConvTranspose, Gemm and MatMul: how each form of the file becomes the one form of the graph.
#include <doctest/doctest.h>

#include <limits>

#include "runtime/io/random_weights.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

// x -> one node with weights "w" -> y
OnnxBuilder with_weights(const std::string& op, const Shape& x, const Shape& weights,
                         const std::vector<Attribute>& attributes, int64_t opset = 13) {
  OnnxBuilder network(opset);
  network.input("x", x).initializer("w", weights).add_node(op, {"x", "w"}, {"y"}, attributes).output("y");
  return network;
}

Conv conv_of(const OnnxBuilder& network) { return std::get<Conv>(only_node(imported(network)).op); }

}  // namespace

TEST_CASE("import: a convolution keeps kernel, stride, padding, dilation and groups") {
  for (int64_t opset : {7, 11, 17}) {
    const Graph graph =
        imported(with_weights("Conv", {1, 4, 9, 9}, {6, 2, 3, 2},
                              {ints("strides", {2, 1}), ints("pads", {1, 0, 2, 3}), ints("dilations", {1, 2}),
                               integer("group", 2), ints("kernel_shape", {3, 2})},
                              opset));
    const auto& conv = std::get<Conv>(only_node(graph).op);
    CHECK(conv.window.kernel == std::array<int64_t, 2>{3, 2});
    CHECK(conv.window.stride == std::array<int64_t, 2>{2, 1});
    CHECK(conv.window.dilation == std::array<int64_t, 2>{1, 2});
    CHECK(conv.window.pad == std::array<int64_t, 4>{1, 0, 2, 3});
    CHECK(conv.groups == 2);
    CHECK(conv.bias.empty());
    CHECK(*conv.weights.values == sample_values("w", 72));
    CHECK(graph.tensors[graph.outputs[0]].shape == Shape{1, 6, 5, 10});  // (9+3-3)/2+1; 9+3-3+1
  }
}

TEST_CASE("import: auto_pad becomes explicit padding") {
  // 6 rows by 2: 3 outputs need 2*2+3-6 = 1 more row; below for SAME_UPPER, above for SAME_LOWER.
  const std::vector<Attribute> stride = {ints("strides", {2, 2})};
  const auto with = [&](const std::string& mode) {
    return conv_of(with_weights("Conv", {1, 1, 6, 6}, {1, 1, 3, 3},
                                {ints("strides", {2, 2}), text("auto_pad", mode)}))
        .window.pad;
  };
  CHECK(with("SAME_UPPER") == std::array<int64_t, 4>{0, 0, 1, 1});
  CHECK(with("SAME_LOWER") == std::array<int64_t, 4>{1, 1, 0, 0});
  CHECK(with("VALID") == std::array<int64_t, 4>{0, 0, 0, 0});
  CHECK(with("NOTSET") == std::array<int64_t, 4>{0, 0, 0, 0});
}

TEST_CASE("import: weights and bias behind Identity, Constant and Transpose are still constants") {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 4, 4}).initializer("w0", {1, 1, 2, 3}).initializer("b0", {2});
  network.add_node("Transpose", {"w0"}, {"w"}, {ints("perm", {2, 3, 0, 1})})
      .add_node("Identity", {"b0"}, {"b"});
  network.add_node("Conv", {"x", "w", "b"}, {"y"}, {}, "conv").output("y");
  const Graph graph = imported(network);
  const auto& conv = std::get<Conv>(only_node(graph).op);
  CHECK(conv.weights.shape == Shape{2, 3, 1, 1});
  CHECK(*conv.weights.values == sample_values("w0", 6));
  const std::vector<float> bias = sample_values("b0", 2);
  CHECK(conv.bias == std::vector<double>{bias[0], bias[1]});
  CHECK(graph.operator_count == 3);
  CHECK(graph.parameter_count == 8);
  CHECK(graph.nodes[0].covers == std::vector<std::string>{"conv"});
}

TEST_CASE("import: half, brain-float and double weights become binary32") {
  // 1.5, -2, 2^-24 (the smallest half) as IEEE half; 1.5 and -2 as bfloat16
  const auto first = [](onnx::TensorProto weights) {
    weights.add_dims(3), weights.add_dims(1), weights.add_dims(1), weights.add_dims(1);
    OnnxBuilder network(13);
    network.input("x", {1, 1, 2, 2})
        .initializer("w", weights)
        .add_node("Conv", {"x", "w"}, {"y"})
        .output("y");
    return *conv_of(network).weights.values;
  };
  onnx::TensorProto half, brain, wide;
  half.set_data_type(onnx::TensorProto::FLOAT16);
  for (int32_t bits : {0x3e00, 0xc000, 0x0001}) half.add_int32_data(bits);
  CHECK(first(half) == std::vector<float>{1.5f, -2.0f, 0x1p-24f});
  brain.set_data_type(onnx::TensorProto::BFLOAT16);
  brain.set_raw_data(std::string("\xc0\x3f\x00\xc0\x80\x3f", 6));
  CHECK(first(brain) == std::vector<float>{1.5f, -2.0f, 1.0f});
  wide.set_data_type(onnx::TensorProto::DOUBLE);
  for (double value : {1.5, -2.0, 0.1}) wide.add_double_data(value);
  CHECK(first(wide) == std::vector<float>{1.5f, -2.0f, 0.1f});
}

TEST_CASE("import: weights that are declared as inputs without values stay without") {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 4, 4}).input("w", {2, 3, 1, 1}).input("b", {2});
  network.add_node("Identity", {"b"}, {"b1"}).add_node("Conv", {"x", "w", "b1"}, {"y"}).output("y");
  const Graph graph = imported(network);
  const auto& conv = std::get<Conv>(only_node(graph).op);
  CHECK(graph.inputs.size() == 1);
  CHECK(conv.weights.name == "w");
  CHECK(conv.weights.shape == Shape{2, 3, 1, 1});
  CHECK_FALSE(conv.weights.values);
  CHECK(conv.bias == std::vector<double>{0, 0});
  CHECK(has_missing_weights(graph));
  CHECK(graph.parameter_count == 8);
}

TEST_CASE("import: without keep_values weights keep name and shape only") {
  ImportOptions options;
  options.keep_values = false;
  OnnxBuilder network(13);
  network.input("x", {1, 3, 4, 4}).add_conv("conv", "x", "y", {2, 3, 1, 1}).output("y");
  const Graph graph = imported(network, options);
  const auto& conv = std::get<Conv>(only_node(graph).op);
  CHECK_FALSE(conv.weights.values);
  CHECK(conv.weights.shape == Shape{2, 3, 1, 1});
  CHECK(conv.bias.size() == 2);
}

TEST_CASE("import: without keep_values nobody looks at weights") {
  ImportOptions options;
  options.keep_values = false;
  OnnxBuilder network(13);
  network.input("x", {1, 1, 4, 4})
      .initializer("w", float_tensor({1, 1, 1, 1}, {std::numeric_limits<float>::quiet_NaN()}))
      .add_node("Conv", {"x", "w"}, {"y"})
      .output("y");
  CHECK_THROWS_AS(imported(network), UserError);
  CHECK_FALSE(std::get<Conv>(only_node(imported(network, options)).op).weights.values);
}

TEST_CASE(
    "import: a transposed convolution's output_shape becomes padding, or output padding where it is larger") {
  // 2*(4-1) + 3 = 9 rows: 7 are wanted, so 2 are cut off; 10 columns are wanted, so one is added.
  const auto op = std::get<ConvTranspose>(
      only_node(imported(with_weights("ConvTranspose", {1, 2, 4, 4}, {2, 3, 3, 3},
                                      {ints("strides", {2, 2}), ints("output_shape", {7, 10})})))
          .op);
  CHECK(op.window.pad == std::array<int64_t, 4>{1, 0, 1, 0});
  CHECK(op.output_padding == std::array<int64_t, 2>{0, 1});
  const Graph same = imported(with_weights("ConvTranspose", {1, 2, 4, 4}, {2, 3, 3, 3},
                                           {ints("strides", {2, 2}), text("auto_pad", "SAME_UPPER")}));
  CHECK(same.tensors[same.outputs[0]].shape == Shape{1, 3, 8, 8});
  CHECK(std::get<ConvTranspose>(same.nodes[0].op).window.pad == std::array<int64_t, 4>{0, 0, 1, 1});
}

TEST_CASE("import: Gemm in all its forms is x times weights[N, K] transposed plus bias") {
  OnnxBuilder network(13);
  network.input("x", {2, 3}).initializer("b", {3, 2}, {1, 2, 3, 4, 5, 6}).initializer("c", {1, 2}, {10, 20});
  network.add_node("Gemm", {"x", "b", "c"}, {"y"}, {real("alpha", 0.5f), real("beta", 2.0f)}).output("y");
  const Graph graph = imported(network);
  const auto& gemm = std::get<Gemm>(only_node(graph).op);
  CHECK(gemm.weights.shape == Shape{2, 3});
  CHECK(*gemm.weights.values == std::vector<float>{1, 3, 5, 2, 4, 6});
  CHECK(gemm.weight_scale == std::vector<double>{0.5, 0.5});
  CHECK(gemm.bias == std::vector<double>{20, 40});
  // (1, 2, 3) * 0.5 * [[1,2],[3,4],[5,6]] = (11, 14)
  CHECK(run(graph, {{{2, 3}, {1, 2, 3, 0, 0, 0}}})[0].values == std::vector<float>{31, 54, 20, 40});
}

TEST_CASE("import: a Gemm without C, or with one value for all columns") {
  OnnxBuilder network(11);
  network.input("x", {2, 3}).initializer("b", {4, 3}).initializer("c", {}, {3});
  network.add_node("Gemm", {"x", "b"}, {"y"}, {integer("transB", 1)})
      .add_node("Gemm", {"x", "b", "c"}, {"z"}, {integer("transB", 1)});
  network.output("y").output("z");
  const Graph graph = imported(network);
  CHECK(std::get<Gemm>(graph.nodes[0].op).bias.empty());
  CHECK(std::get<Gemm>(graph.nodes[1].op).bias == std::vector<double>{3, 3, 3, 3});
  // Weights that two operators share are one tensor.
  CHECK(
      (std::get<Gemm>(graph.nodes[0].op).weights.values == std::get<Gemm>(graph.nodes[1].op).weights.values));
}

TEST_CASE("import: MatMul by a constant takes the bias that a following Add gives each column") {
  OnnxBuilder network(13);
  network.input("x", {2, 5, 3}).initializer("w", {3, 2}, {1, 2, 3, 4, 5, 6}).initializer("b", {2}, {10, 20});
  network.add_node("MatMul", {"x", "w"}, {"m"}, {}, "product")
      .add_node("Add", {"b", "m"}, {"y"}, {}, "bias")
      .output("y");
  CHECK(outline(imported(network)) == "Gemm BatchNorm");
  const Graph graph = legalized(network);
  const Node& node = only_node(graph);
  const auto& gemm = std::get<Gemm>(node.op);
  CHECK(*gemm.weights.values == std::vector<float>{1, 3, 5, 2, 4, 6});
  CHECK(gemm.bias == std::vector<double>{10, 20});
  CHECK(node.covers == std::vector<std::string>{"product", "bias"});
  CHECK(graph.tensors[node.output].name == "y");
  CHECK(graph.tensors[node.output].shape == Shape{2, 5, 2});
}

TEST_CASE("import: MatMul weights without values turn too") {
  OnnxBuilder network(13);
  network.input("x", {2, 3}).input("w", {3, 7}).add_node("MatMul", {"x", "w"}, {"y"}).output("y");
  const Graph graph = imported(network);
  CHECK(std::get<Gemm>(only_node(graph).op).weights.shape == Shape{7, 3});
  CHECK(macs(graph) == 2 * 3 * 7);
}

// A constant that only its own node held must not be taken for the next that lies where it lay.
TEST_CASE("import: products by matrices and by stacks of one matrix keep their own weights") {
  OnnxBuilder network(13);
  network.input("x", {1, 2, 2, 2});
  const std::vector<std::vector<float>> columns{{1, 2}, {3, 4}, {5, 6}, {7, 8}};
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto number = std::to_string(i);
    network.initializer("w" + number, i % 2 == 0 ? Shape{1, 2, 1} : Shape{2, 1}, columns[i])
        .add_node("MatMul", {"x", "w" + number}, {"y" + number})
        .output("y" + number);
  }
  network.initializer("w", {2, 3}, {1, 2, 3, 4, 5, 6}).add_node("MatMul", {"x", "w"}, {"y"}).output("y");
  const Graph graph = imported(network);
  REQUIRE(graph.nodes.size() == columns.size() + 1);
  for (size_t i = 0; i < columns.size(); ++i)
    CHECK(*std::get<Gemm>(graph.nodes[i].op).weights.values == columns[i]);
  const auto& last = std::get<Gemm>(graph.nodes.back().op).weights;
  CHECK(last.shape == Shape{3, 2});
  CHECK(*last.values == std::vector<float>{1, 4, 2, 5, 3, 6});
}
