// What lowering takes for granted of axes is brought about, and the function is kept.
#include <doctest/doctest.h>

#include "runtime/graph/axes.h"
#include "runtime/transform/legalize.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

// Imports and legalizes, checks that the function is kept and that every channel lies innermost.
Graph placed(const OnnxBuilder& network, double tolerance = 0) {
  const Graph before = imported(network);
  const Graph after = legalize(before);
  verify(after);
  CHECK(difference(before, after) <= tolerance);
  for (const Node& node : after.nodes) {
    const Shape& shape = after.tensors[node.inputs[0]].shape;
    const auto channels = channel_axes(node.op, shape.size());
    CAPTURE(node.name);
    if (channels) CHECK(lie_innermost(shape, *channels));
  }
  return after;
}

Graph with_constant(const Shape& x, const Shape& constant) {
  OnnxBuilder network(13);
  network.input("x", x).initializer("c", constant).add_node("Add", {"x", "c"}, {"y"}, {}, "sum").output("y");
  return placed(network);
}

Shape worked_on(const Graph& graph, size_t node) {
  return graph.tensors[graph.nodes.at(node).inputs[0]].shape;
}

}  // namespace

TEST_CASE("legalize axes: channels that lie innermost stay where they are") {
  for (const auto& [x, constant] : std::vector<std::pair<Shape, Shape>>{
           {{2, 3, 4, 5}, {3, 1, 1}}, {{2, 3}, {3}}, {{2, 3, 4}, {4}}, {{5}, {5}}, {{2, 3, 4, 2, 6}, {6}}}) {
    CHECK(outline(with_constant(x, constant)) == "BatchNorm");
  }
}

TEST_CASE("legalize axes: other channels are axis 1 of a view") {
  const auto view = [](const Shape& x, const Shape& constant) {
    const Graph graph = with_constant(x, constant);
    CHECK(outline(graph) == "Reshape BatchNorm Reshape");
    CHECK(std::get<BatchNorm>(graph.nodes[1].op).along == AxisSpan{1, 1});
    CHECK(graph.nodes[0].name == "sum:channels_last");
    CHECK(graph.nodes[1].covers == std::vector<std::string>{"sum"});
    CHECK(graph.nodes[0].covers.empty());
    return worked_on(graph, 1);
  };
  CHECK(view({2, 3, 4}, {3, 1}) == Shape{2, 3, 1, 4});
  CHECK(view({2, 3, 4, 5, 6}, {3, 1, 1, 1}) == Shape{2, 3, 1, 120});
  CHECK(view({2, 3, 4, 5, 6, 7}, {5, 1, 1}) == Shape{24, 5, 1, 42});
  CHECK(view({2, 3, 4, 5}, {5}) == Shape{24, 5});
  CHECK(view({2, 3, 4, 5}, {4, 1}) == Shape{6, 4, 1, 5});
  CHECK(view({2, 3, 4, 5}, {2, 1, 1, 1}) == Shape{1, 2, 1, 60});
  CHECK(view({3, 4}, {3, 1}) == Shape{1, 3, 1, 4});
  CHECK(view({2, 3, 4, 5}, {4, 5}) == Shape{6, 20});
  CHECK(view({2, 3, 4, 5}, {2, 3, 4, 5}) == Shape{1, 120});
  CHECK(view({2, 3, 4, 5}, {3, 1, 5}) == Shape{2, 60});
}

TEST_CASE("legalize axes: one value is one for each innermost channel") {
  const auto repeated = [](const Shape& x) {
    OnnxBuilder network(13);
    network.input("x", x).initializer("c", {}, {3}).add_node("Mul", {"x", "c"}, {"y"}).output("y");
    return std::get<BatchNorm>(only_node(placed(network)).op);
  };
  CHECK(repeated({2, 3, 4, 5}).scale == std::vector<double>{3, 3, 3});
  CHECK(repeated({2, 3, 4}).scale == std::vector<double>{3, 3, 3, 3});
  CHECK(repeated({2, 3, 4}).along == AxisSpan{2, 1});
  CHECK(repeated({2}).scale == std::vector<double>{3, 3});
}

TEST_CASE("legalize axes: a chain along one axis moves once each way") {
  OnnxBuilder network(13);
  network.input("x", {2, 3, 4}).initializer("c", {3, 1}).initializer("s", {3, 1});
  network.add_node("Add", {"x", "c"}, {"a"})
      .add_node("Sigmoid", {"a"}, {"b"})
      .add_node("PRelu", {"b", "s"}, {"d"})
      .add_node("Mul", {"d", "a"}, {"e"})
      .add_node("Softmax", {"e"}, {"y"}, {integer("axis", 1)})
      .output("y");
  CHECK(outline(placed(network)) == "Reshape BatchNorm Sigmoid Prelu Mul Softmax Reshape");
}

TEST_CASE("legalize axes: what another reads as it was is viewed as it was") {
  OnnxBuilder network(13);
  network.input("x", {2, 3, 4}).initializer("c", {3, 1}).initializer("s", {3, 1});
  network.add_node("Add", {"x", "c"}, {"a"}).add_node("PRelu", {"a", "s"}, {"y"}).output("y").output("a");
  CHECK(outline(placed(network)) == "Reshape BatchNorm Reshape Prelu Reshape");
}

TEST_CASE("legalize axes: products work on rows") {
  OnnxBuilder maps(13);
  maps.input("x", {2, 3, 4, 5}).initializer("w", {5, 7}).initializer("b", {7});
  maps.add_node("MatMul", {"x", "w"}, {"m"})
      .add_node("Add", {"m", "b"}, {"a"})
      .add_node("Relu", {"a"}, {"y"})
      .output("y");
  const Graph graph = placed(maps, 1e-6);
  CHECK(outline(graph) == "Reshape Gemm+relu Reshape");
  CHECK(worked_on(graph, 1) == Shape{24, 5});
  OnnxBuilder rows(13);
  rows.input("x", {2, 3, 5}).initializer("w", {5, 7}).add_node("MatMul", {"x", "w"}, {"y"}).output("y");
  CHECK(outline(placed(rows)) == "Gemm");
  OnnxBuilder vector(13);
  vector.input("x", {5}).initializer("w", {5, 7}).add_node("MatMul", {"x", "w"}, {"y"}).output("y");
  CHECK(outline(placed(vector)) == "Gemm");
}

TEST_CASE("legalize axes: a constant from the left is a convolution along the last axis but one") {
  OnnxBuilder network(13);
  network.input("x", {2, 2, 3})
      .initializer("w", {1, 2}, {10, 1})
      .add_node("MatMul", {"w", "x"}, {"y"})
      .output("y");
  const Graph graph = placed(network);
  CHECK(outline(graph) == "Reshape Conv Reshape");
  CHECK(graph.tensors[graph.outputs[0]].shape == Shape{2, 1, 3});
  const FloatTensor x{{2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  // 10 * first row + second row
  CHECK(run(graph, {x})[0].values == std::vector<float>{14, 25, 36, 80, 91, 102});
}

TEST_CASE("legalize axes: softmax and argmax along any axis") {
  for (const int64_t axis : {0, 1, 2}) {
    CAPTURE(axis);
    OnnxBuilder network(13);
    network.input("x", {2, 3, 4});
    network.add_node("Softmax", {"x"}, {"s"}, {integer("axis", axis)}).output("s");
    network.add_node("ArgMax", {"x"}, {"m"}, {integer("axis", axis), integer("keepdims", 0)}).output("m");
    CHECK(outline(placed(network)) ==
          (axis == 2 ? "Softmax ArgMax" : "Reshape Softmax Reshape Reshape ArgMax Reshape"));
  }
  // Positions of rank 5 are row-major; as a map they would lie otherwise.
  OnnxBuilder map(13);
  map.input("x", {2, 2, 2, 2, 3});
  map.add_node("ArgMax", {"x"}, {"m"}, {integer("axis", 4), integer("keepdims", 0)}).output("m");
  CHECK(outline(placed(map)) == "Reshape ArgMax Reshape");
}

TEST_CASE("legalize axes: operands get the rank of the result") {
  OnnxBuilder network(13);
  network.input("a", {2, 3, 4}).input("b", {3, 1});
  network.add_node("Sub", {"b", "a"}, {"y"}, {}, "difference").output("y");
  const Graph graph = placed(network);
  CHECK(outline(graph) == "Reshape Sub");
  CHECK(worked_on(graph, 1) == Shape{1, 3, 1});
}

TEST_CASE("legalize axes: padding in as many steps as it takes") {
  const auto pad = [](const Shape& x, const std::vector<int64_t>& pads) {
    OnnxBuilder network(13);
    network.input("x", x).integers("p", pads).add_node("Pad", {"x", "p"}, {"y"}).output("y");
    return outline(placed(network));
  };
  CHECK(pad({2, 3, 4, 5}, {0, 1, 0, 0, 0, 2, 0, 0}) == "Pad");
  CHECK(pad({2, 3, 4, 5}, {0, 1, 1, 1, 0, 0, 0, 0}) == "Pad Pad");
  CHECK(pad({2, 3, 4, 5}, {1, 1, 1, 1, 1, 1, 1, 1}) == "Pad Pad");  // n with h, w with c
  CHECK(pad({2, 3, 4}, {1, 0, 1, 0, 0, 1}) == "Pad Pad");
  CHECK(pad({2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}) == "Pad Pad Pad");
}

TEST_CASE("legalize axes: a network over lines runs as maps of one row, without a move between") {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 16}).initializer("w", {4, 3, 3}).initializer("v", {5, 4, 3});
  network.initializer("g", {4}, {1, 2, 3, 4}).initializer("z", {4}, {0, 1, 0, 1});
  network.add_node("Conv", {"x", "w"}, {"a"}, {ints("pads", {1, 1}), ints("strides", {2})})
      .add_node("BatchNormalization", {"a", "g", "z", "z", "g"}, {"b"})
      .add_node("Relu", {"b"}, {"c"})
      .add_node("MaxPool", {"c"}, {"d"}, {ints("kernel_shape", {2}), ints("strides", {2})})
      .add_node("Conv", {"d", "v"}, {"e"})
      .add_node("GlobalAveragePool", {"e"}, {"y"})
      .output("y");
  const Graph graph = placed(network, 1e-6);
  CHECK(outline(graph) == "Reshape Conv+relu MaxPool Conv GlobalAveragePool Reshape");
  CHECK(graph.tensors[graph.outputs[0]].shape == Shape{1, 5, 1});
}

TEST_CASE("legalize axes: doing it twice changes nothing more") {
  OnnxBuilder network(13);
  network.input("x", {2, 3, 4})
      .initializer("c", {3, 1})
      .initializer("k", {}, {2})
      .integers("p", {1, 0, 1, 0, 0, 1});
  network.add_node("Add", {"x", "c"}, {"a"})
      .add_node("Mul", {"a", "k"}, {"b"})
      .add_node("Pad", {"b", "p"}, {"d"})
      .add_node("Softmax", {"d"}, {"y"}, {integer("axis", 0)})
      .output("y");
  const Graph once = placed(network), twice = legalize(once);
  CHECK(outline(once) == outline(twice));
  CHECK(once.tensors.size() == twice.tensors.size());
}

// The Gemm is given a view behind it twice: to the product's rank, and, as the flattened map of its input
// makes it a convolution, to the convolution's. The second stands first.
TEST_CASE("legalize axes: a product of rank 4 that two nodes read, one of them along its channels") {
  OnnxBuilder network(13);
  network.input("x", {1, 1, 1, 2})
      .initializer("w", {2, 3})
      .initializer("c", {3})
      .add_node("MatMul", {"x", "w"}, {"product"}, {}, "product")
      .add_node("Add", {"product", "c"}, {"shifted"}, {}, "shifted")
      .add_node("Add", {"shifted", "product"}, {"y"}, {}, "sum")
      .output("y");
  placed(network);
}
