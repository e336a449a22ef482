// Normalization, arithmetic and activations.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// x op constant, or constant op x where `first`
BatchNorm with_constant(const std::string& op, const Shape& x, const Shape& shape,
                        const std::vector<float>& values, bool first = false) {
  OnnxBuilder network(13);
  network.input("x", x).initializer("c", shape, values).output("y");
  network.add_node(op, first ? std::vector<std::string>{"c", "x"} : std::vector<std::string>{"x", "c"},
                   {"y"});
  return std::get<BatchNorm>(only_node(imported(network)).op);
}

Node activation(const std::string& op, const std::vector<Attribute>& attributes, int64_t opset,
                const std::vector<std::string>& bounds = {}) {
  OnnxBuilder network(opset);
  network.input("x", {1, 2, 3, 3})
      .initializer("zero", {}, {0})
      .initializer("six", {1}, {6})
      .initializer("slope", {2, 1, 1}, {0.25f, 0.5f});
  std::vector<std::string> inputs = {"x"};
  inputs.insert(inputs.end(), bounds.begin(), bounds.end());
  network.add_node(op, inputs, {"y"}, attributes).output("y");
  return only_node(imported(network));
}

void check_clip(const Node& node, double low, double high) {
  CHECK(node.activation.kind == Activation::Kind::clip);
  CHECK(node.activation.low == low);
  CHECK(node.activation.high == high);
}

}  // namespace

TEST_CASE("import: BatchNormalization becomes scale and shift in binary64") {
  for (int64_t opset : {7, 9, 14, 15}) {
    OnnxBuilder network(opset);
    network.input("x", {1, 2, 3, 3}).initializer("g", {2}, {2, 3}).initializer("b", {2}, {0.5f, 1});
    network.initializer("m", {2}, {1, -1}).initializer("v", {2}, {3.75f, 8.75f});
    network.add_node("BatchNormalization", {"x", "g", "b", "m", "v"}, {"y"}, {real("epsilon", 0.25f)})
        .output("y");
    const Graph graph = imported(network);
    const auto& norm = std::get<BatchNorm>(only_node(graph).op);
    CHECK(norm.channels == 2);
    CHECK(norm.scale == std::vector<double>{1, 1});     // 2/sqrt(4), 3/sqrt(9)
    CHECK(norm.shift == std::vector<double>{-0.5, 2});  // 0.5 - 1*1, 1 + 1*1
    CHECK(graph.parameter_count == 8);
  }
}

TEST_CASE("import: arithmetic with a constant is scale and shift, one or per channel") {
  const Shape x = {1, 2, 3, 3};
  const BatchNorm sum = with_constant("Add", x, {2, 1, 1}, {3, 4});
  CHECK(sum.scale == std::vector<double>{1, 1});
  CHECK(sum.shift == std::vector<double>{3, 4});
  CHECK(with_constant("Add", x, {1, 2, 1, 1}, {3, 4}, true).shift == std::vector<double>{3, 4});
  CHECK(with_constant("Sub", x, {}, {3}).shift == std::vector<double>{-3});
  const BatchNorm reversed = with_constant("Sub", x, {}, {3}, true);  // 3 - x
  CHECK(reversed.scale == std::vector<double>{-1});
  CHECK(reversed.shift == std::vector<double>{3});
  CHECK(with_constant("Mul", {5, 2}, {2}, {3, 4}).scale == std::vector<double>{3, 4});
  CHECK(with_constant("Div", x, {1}, {3}).scale == std::vector<double>{1.0 / 3});
}

TEST_CASE("import: a constant's values go along the axes that they vary along") {
  const auto along = [](const Shape& x, const Shape& constant, const std::vector<float>& values) {
    const BatchNorm norm = with_constant("Add", x, constant, values);
    CHECK(norm.channels == static_cast<int64_t>(norm.shift.size()));
    return norm.along;
  };
  CHECK(along({2, 3, 4}, {}, {5}) == AxisSpan{0, 0});
  CHECK(along({2, 3, 4}, {1, 1, 1}, {5}) == AxisSpan{0, 0});
  CHECK(along({7}, {1}, {5}) == AxisSpan{0, 0});
  CHECK(along({2, 3, 4}, {4}, {1, 2, 3, 4}) == AxisSpan{2, 1});
  CHECK(along({2, 3, 4}, {3, 1}, {1, 2, 3}) == AxisSpan{1, 1});
  CHECK(along({2, 3, 4, 1, 1}, {1, 3, 1, 1, 1}, {1, 2, 3}) == AxisSpan{1, 1});
  CHECK(along({2, 1, 2}, {2, 1, 1}, {1, 2}) == AxisSpan{0, 1});
  CHECK(along({5, 2, 2}, {2, 2}, {1, 2, 3, 4}) == AxisSpan{1, 2});
  // Along axes 0 and 2: every value of axis 1 between them has the same.
  const BatchNorm spread = with_constant("Add", {2, 3, 2}, {2, 1, 2}, {1, 2, 3, 4});
  CHECK(spread.along == AxisSpan{0, 3});
  CHECK(spread.shift == std::vector<double>{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4});
}

TEST_CASE("import: a constant of more dimensions gives the result as many") {
  OnnxBuilder network(13);
  network.input("x", {3, 4})
      .initializer("c", {1, 3, 1}, {1, 2, 3})
      .add_node("Mul", {"c", "x"}, {"y"})
      .output("y");
  const Graph graph = imported(network);
  CHECK(outline(graph) == "Reshape BatchNorm");
  CHECK(graph.tensors[graph.outputs[0]].shape == Shape{1, 3, 4});
  CHECK(std::get<BatchNorm>(graph.nodes[1].op).along == AxisSpan{1, 1});
}

TEST_CASE("import: slopes go along the axes that they vary along") {
  const auto prelu = [](const Shape& x, const Shape& slope, const std::vector<float>& values) {
    OnnxBuilder network(13);
    network.input("x", x).initializer("s", slope, values).add_node("PRelu", {"x", "s"}, {"y"}).output("y");
    return std::get<Prelu>(only_node(imported(network)).op);
  };
  CHECK(prelu({1, 3, 2, 3}, {3}, {1, 2, 3}).along == AxisSpan{3, 1});  // columns, not channels
  CHECK(prelu({1, 3, 2, 3}, {3, 1, 1}, {1, 2, 3}).along == AxisSpan{1, 1});
  CHECK(prelu({2, 3, 2}, {3, 2}, {1, 2, 3, 4, 5, 6}).along == AxisSpan{1, 2});
  CHECK(prelu({2, 3, 2}, {3, 2}, {1, 2, 3, 4, 5, 6}).channels == 6);
  CHECK(prelu({2, 3}, {1, 1}, {1}).channels == 0);
}

TEST_CASE("import: of two tensors the one that broadcasts becomes the second") {
  OnnxBuilder network(13);
  network.input("a", {1, 2, 1, 1}).input("b", {1, 2, 3, 3});
  network.add_node("Mul", {"a", "b"}, {"c"})
      .add_node("Add", {"b", "c"}, {"d"})
      .add_node("Sub", {"d", "a"}, {"e"})
      .add_node("Sub", {"a", "e"}, {"f"})
      .output("f");
  const Graph graph = imported(network);
  CHECK(outline(graph) == "Mul Add Sub Sub");
  CHECK(graph.tensors[graph.nodes[0].inputs[0]].name == "b");
  CHECK(graph.tensors[graph.nodes[0].inputs[1]].name == "a");
  CHECK(graph.tensors[graph.nodes[2].inputs[1]].name == "a");
  CHECK(graph.tensors[graph.nodes[3].inputs[0]].name == "a");  // a difference keeps its order
}

TEST_CASE("import: Clip has its bounds in attributes before opset 11 and in inputs since") {
  check_clip(activation("Clip", {real("min", 0), real("max", 6)}, 7), 0, 6);
  check_clip(activation("Clip", {}, 11, {"zero", "six"}), 0, 6);
  check_clip(activation("Clip", {}, 13, {"", "six"}), -kInfinity, 6);
  CHECK(activation("Clip", {}, 12, {"zero"}).activation.kind == Activation::Kind::relu);
  CHECK(activation("Clip", {real("min", 0)}, 10).activation.kind == Activation::Kind::relu);
  CHECK(activation("Clip", {real("min", 0), real("max", 3.4028234663852886e38f)}, 10).activation.kind ==
        Activation::Kind::relu);
  CHECK(activation("Relu", {}, 17).activation.kind == Activation::Kind::relu);
  const Node nothing = activation("Clip", {}, 13);
  CHECK(std::holds_alternative<Reshape>(nothing.op));
  CHECK(nothing.activation.kind == Activation::Kind::none);
}

TEST_CASE("import: leaky and parametric Relu are one operator") {
  const auto leaky = std::get<Prelu>(activation("LeakyRelu", {real("alpha", 0.125f)}, 13).op);
  CHECK(leaky.slopes == std::vector<double>{0.125});
  CHECK(leaky.channels == 0);
  CHECK(std::get<Prelu>(activation("LeakyRelu", {}, 7).op).slopes == std::vector<double>{0.01f});
  const auto parametric = std::get<Prelu>(activation("PRelu", {}, 9, {"slope"}).op);
  CHECK(parametric.slopes == std::vector<double>{0.25, 0.5});
  CHECK(parametric.channels == 2);
  CHECK(std::get<Prelu>(activation("PRelu", {}, 9, {"six"}).op).channels == 0);
}

TEST_CASE("import: sigmoids with their parameters") {
  CHECK(std::get<Unary>(activation("Sigmoid", {}, 13).op).kind == Unary::Kind::sigmoid);
  const auto plain = std::get<Unary>(activation("HardSigmoid", {}, 13).op);
  CHECK(plain.kind == Unary::Kind::hard_sigmoid);
  CHECK(plain.alpha == doctest::Approx(0.2));
  CHECK(plain.beta == 0.5);
  CHECK(std::get<Unary>(activation("HardSigmoid", {real("alpha", 0.25f), real("beta", 0.75f)}, 7).op).beta ==
        0.75);
  CHECK(std::get<Unary>(activation("HardSwish", {}, 14).op).kind == Unary::Kind::hard_swish);
}

TEST_CASE("import: Softmax of old opsets takes all dimensions from its axis on as one") {
  const auto softmax = [](int64_t opset, const Shape& x, const std::vector<Attribute>& attributes) {
    OnnxBuilder network(opset);
    network.input("x", x).add_node("Softmax", {"x"}, {"y"}, attributes).output("y");
    return imported(network);
  };
  CHECK(std::get<Softmax>(only_node(softmax(13, {2, 3, 4}, {})).op).axis == 2);  // default: the last
  CHECK(std::get<Softmax>(only_node(softmax(13, {2, 3, 4}, {integer("axis", 1)})).op).axis == 1);
  CHECK(std::get<Softmax>(only_node(softmax(11, {2, 10}, {})).op).axis == 1);       // default: 1
  CHECK(std::get<Softmax>(only_node(softmax(7, {2, 10, 1, 1}, {})).op).axis == 1);  // nothing behind it
  const Graph coerced = softmax(12, {2, 3, 4}, {});
  CHECK(outline(coerced) == "Reshape Softmax Reshape");
  CHECK(coerced.tensors[coerced.nodes[1].output].shape == Shape{2, 12});
  CHECK(coerced.tensors[coerced.outputs[0]].shape == Shape{2, 3, 4});
  CHECK(coerced.nodes[0].covers.size() + coerced.nodes[1].covers.size() + coerced.nodes[2].covers.size() ==
        1);
}

TEST_CASE("import: ArgMax with and without the axis it reduces") {
  const auto shape = [](const std::vector<Attribute>& attributes) {
    OnnxBuilder network(13);
    network.input("x", {2, 10, 3}).add_node("ArgMax", {"x"}, {"y"}, attributes).output("y");
    const Graph graph = imported(network);
    return graph.tensors[graph.outputs[0]].shape;
  };
  CHECK(shape({integer("axis", 1)}) == Shape{2, 1, 3});
  CHECK(shape({integer("axis", -1), integer("keepdims", 0)}) == Shape{2, 10});
  CHECK(shape({}) == Shape{1, 10, 3});
}
