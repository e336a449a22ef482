// Operators whose form differs between opsets, outside 7 to 17: attributes that became inputs, lists of axes,
// and how the oldest opsets say what they repeat.
#include <doctest/doctest.h>

#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

using Names = std::vector<std::string>;

// x -> one node -> outputs; `lists` are its further inputs, as lists of integers, of which an empty one is
// left out.
OnnxBuilder one_node(int64_t opset, const std::string& op, const Shape& x,
                     const std::vector<Attribute>& attributes,
                     const std::vector<std::vector<int64_t>>& lists = {}, const Names& outputs = {"y"}) {
  OnnxBuilder network(opset);
  Names inputs = {"x"};
  network.input("x", x);
  for (const auto& name : outputs) network.output(name);
  for (const auto& list : lists) {
    inputs.push_back(list.empty() ? "" : "list" + std::to_string(inputs.size()));
    if (!list.empty()) network.integers(inputs.back(), list);
  }
  network.add_node(op, inputs, outputs, attributes, "n");
  return network;
}

Shape shape_of(const OnnxBuilder& network, size_t output = 0) {
  const Graph graph = imported(network);
  return graph.tensors[graph.outputs[output]].shape;
}

// Values 0, 1, 2, ... through the network.
std::vector<float> counted_through(const OnnxBuilder& network) {
  const Graph graph = imported(network);
  FloatTensor x{graph.tensors[graph.inputs[0]].shape, {}};
  for (int64_t i = 0; i < element_count(x.shape); ++i) x.values.push_back(static_cast<float>(i));
  return run(graph, {x})[0].values;
}

}  // namespace

TEST_CASE("import: Split of opset 18 gives the last part what is left") {
  const auto split = [](int64_t size, int64_t parts, const Names& outputs) {
    return one_node(18, "Split", {1, size}, {integer("axis", 1), integer("num_outputs", parts)}, {}, outputs);
  };
  const auto seven = split(7, 3, {"a", "b", "c"});
  CHECK(shape_of(seven, 0) == Shape{1, 3});
  CHECK(shape_of(seven, 1) == Shape{1, 3});
  CHECK(shape_of(seven, 2) == Shape{1, 1});
  CHECK(shape_of(split(6, 2, {"a", "b"}), 1) == Shape{1, 3});
  CHECK(fault(split(7, 2, {"a", "b", "c"})) ==
        "net.onnx: node 'n' (Split): num_outputs is 2; it has 3 outputs");
  // 4 into 3: parts of 2 leave nothing for the last.
  CHECK(fault(split(4, 3, {"a", "b", "c"})) ==
        "net.onnx: node 'n' (Split): axis 1 of an input of shape [1, 4] does not divide into 3 equal parts");
  CHECK(
      fault(one_node(17, "Split", {1, 7}, {integer("axis", 1), integer("num_outputs", 2)}, {}, {"a", "b"})) ==
      "net.onnx: node 'n' (Split): Split has no attribute 'num_outputs' in opset 17");
}

TEST_CASE("import: ReduceMean of opset 18 has its axes in an input") {
  CHECK(shape_of(one_node(18, "ReduceMean", {2, 3, 4, 5}, {integer("keepdims", 0)}, {{2, 3}})) ==
        Shape{2, 3});
  CHECK(shape_of(one_node(17, "ReduceMean", {2, 3, 4, 5}, {ints("axes", {-1, -2})})) == Shape{2, 3, 1, 1});
  CHECK(fault(one_node(18, "ReduceMean", {2, 3, 4, 5}, {ints("axes", {2, 3})})) ==
        "net.onnx: node 'n' (ReduceMean): ReduceMean has no attribute 'axes' in opset 18");
  CHECK(fault(one_node(18, "ReduceMean", {2, 3, 4, 5}, {integer("noop_with_empty_axes", 1)})) ==
        "net.onnx: node 'n' (ReduceMean): noop_with_empty_axes is 1 (since opset 18); only 0 is supported");
}

TEST_CASE("import: Pad of opset 18 may name its axes") {
  const auto named = one_node(18, "Pad", {1, 2, 3, 4}, {}, {{1, 2, 3, 4}, {}, {-1, 2}});
  const Graph graph = imported(named);
  // Axis 3: 1 before, 3 after; axis 2: 2 before, 4 after.
  CHECK(std::get<Pad>(only_node(graph).op).before == Shape{0, 0, 2, 1});
  CHECK(std::get<Pad>(only_node(graph).op).after == Shape{0, 0, 4, 3});
  CHECK(fault(one_node(18, "Pad", {1, 2, 3, 4}, {}, {{1, 2, 3}, {}, {-1, 2}})) ==
        "net.onnx: node 'n' (Pad): pads has 3 values; expected two for each of 2 axes");
}

TEST_CASE("import: Resize of opset 18 may name its axes, and says what else it does") {
  const auto resize = [](std::vector<Attribute> attributes) {
    attributes.push_back(ints("axes", {2, 3}));
    attributes.push_back(text("coordinate_transformation_mode", "asymmetric"));
    attributes.push_back(text("nearest_mode", "floor"));
    OnnxBuilder network(18);
    network.input("x", {1, 3, 4, 5}).initializer("scales", {2}, {2, 3}).output("y");
    network.add_node("Resize", {"x", "", "scales"}, {"y"}, attributes, "n");
    return network;
  };
  CHECK(shape_of(resize({})) == Shape{1, 3, 8, 15});
  CHECK(fault(resize({integer("antialias", 1)})) ==
        "net.onnx: node 'n' (Resize): antialias is 1 (since opset 18); only 0 is supported");
  CHECK(fault(resize({text("keep_aspect_ratio_policy", "not_larger")})) ==
        "net.onnx: node 'n' (Resize): keep_aspect_ratio_policy is 'not_larger' (since opset 18); only "
        "stretch is "
        "supported");
}

TEST_CASE("import: AveragePool of opset 19 has dilations") {
  // 7 wide, a window of 2 at a distance of 3: 4 positions; the first is (0 + 3) / 2.
  const std::vector<Attribute> attributes = {ints("kernel_shape", {1, 2}), ints("dilations", {1, 3})};
  CHECK(counted_through(one_node(19, "AveragePool", {1, 1, 1, 7}, attributes)) ==
        std::vector<float>{1.5f, 2.5f, 3.5f, 4.5f});
  CHECK(fault(one_node(18, "AveragePool", {1, 1, 1, 7}, attributes)) ==
        "net.onnx: node 'n' (AveragePool): AveragePool has no attribute 'dilations' in opset 18");
}

TEST_CASE("import: before opset 7 the second operand says where it stands") {
  const auto add = [](int64_t opset, std::vector<Attribute> attributes) {
    OnnxBuilder network(opset);
    network.input("x", {1, 2, 1, 2}).initializer("b", {2}, {10, 20}).output("y");
    network.add_node("Add", {"x", "b"}, {"y"}, attributes, "n");
    return network;
  };
  // x is 0 1 | 2 3: along axis 1 each pair gets one value, at the end (as since opset 7) each column.
  CHECK(counted_through(add(6, {integer("broadcast", 1), integer("axis", 1)})) ==
        std::vector<float>{10, 11, 22, 23});
  CHECK(counted_through(add(6, {integer("broadcast", 1)})) == std::vector<float>{10, 21, 12, 23});
  CHECK(counted_through(add(7, {})) == std::vector<float>{10, 21, 12, 23});
  CHECK(fault(add(6, {integer("broadcast", 1), integer("axis", 4)})) ==
        "net.onnx: node 'n' (Add): axis is 4; expected -4..3");
}

TEST_CASE("import: before opset 7 a list of slopes is one per channel") {
  OnnxBuilder network(6);
  network.input("x", {1, 2, 1, 2}).initializer("slope", {2}, {2, 3}).output("y");
  network.add_node("PRelu", {"x", "slope"}, {"y"});
  const Graph graph = imported(network);
  const auto y = run(graph, {{{1, 2, 1, 2}, {-1, 1, -1, 1}}});
  CHECK(y[0].values == std::vector<float>{-2, 1, -3, 1});
}

TEST_CASE("import: the oldest forms of Reshape, Pad, Cast and Upsample") {
  CHECK(shape_of(one_node(4, "Reshape", {2, 3, 4}, {ints("shape", {0, -1})})) == Shape{2, 12});
  CHECK(shape_of(one_node(1, "Pad", {1, 2, 3, 4}, {ints("paddings", {0, 0, 1, 2, 0, 0, 3, 4})})) ==
        Shape{1, 2, 7, 10});
  CHECK(shape_of(one_node(5, "Cast", {2, 3}, {text("to", "FLOAT")})) == Shape{2, 3});
  CHECK(shape_of(one_node(6, "Upsample", {1, 1, 2, 3}, {real("height_scale", 2), real("width_scale", 3)})) ==
        Shape{1, 1, 4, 9});
}
