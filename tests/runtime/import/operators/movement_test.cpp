// Views, selections, pools and resizing; constant folding of the shapes they use.
#include <doctest/doctest.h>

#include "runtime/transform/legalize.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

using Names = std::vector<std::string>;

// x -> one node -> y; `lists` are its further inputs, as lists of integers.
Graph one_node(int64_t opset, const std::string& op, const Shape& x, const std::vector<Attribute>& attributes,
               const std::vector<std::vector<int64_t>>& lists = {}, const ImportOptions& options = {}) {
  OnnxBuilder network(opset);
  Names inputs = {"x"};
  network.input("x", x).output("y");
  for (const auto& list : lists) {
    inputs.push_back("list" + std::to_string(inputs.size()));
    network.integers(inputs.back(), list);
  }
  network.add_node(op, inputs, {"y"}, attributes);
  return imported(network, options);
}

Shape shape_of(const Graph& graph, size_t output = 0) { return graph.tensors[graph.outputs[output]].shape; }

}  // namespace

TEST_CASE("import: Flatten and Reshape") {
  CHECK(shape_of(one_node(7, "Flatten", {2, 3, 4, 5}, {})) == Shape{2, 60});
  CHECK(shape_of(one_node(13, "Flatten", {2, 3, 4, 5}, {integer("axis", -1)})) == Shape{24, 5});
  CHECK(shape_of(one_node(13, "Flatten", {2, 3}, {integer("axis", 0)})) == Shape{1, 6});
  CHECK(shape_of(one_node(13, "Flatten", {2, 3}, {integer("axis", 2)})) == Shape{6, 1});
  CHECK(shape_of(one_node(7, "Reshape", {2, 3, 4}, {}, {{0, -1}})) == Shape{2, 12});
  CHECK(shape_of(one_node(14, "Reshape", {2, 3, 4}, {}, {{4, 3, 2}})) == Shape{4, 3, 2});
}

TEST_CASE(
    "import: Squeeze and Unsqueeze have their axes in an attribute before opset 13 and in an input since") {
  CHECK(shape_of(one_node(11, "Squeeze", {1, 3, 1, 4}, {ints("axes", {-2})})) == Shape{1, 3, 4});
  CHECK(shape_of(one_node(13, "Squeeze", {1, 3, 1, 4}, {}, {{0, 2}})) == Shape{3, 4});
  CHECK(shape_of(one_node(13, "Squeeze", {1, 3, 1, 4}, {})) == Shape{3, 4});
  CHECK(shape_of(one_node(7, "Unsqueeze", {3, 4}, {ints("axes", {0, 3})})) == Shape{1, 3, 4, 1});
  CHECK(shape_of(one_node(13, "Unsqueeze", {3, 4}, {}, {{-1}})) == Shape{3, 4, 1});
}

TEST_CASE("import: Transpose reverses by default") {
  CHECK(shape_of(one_node(13, "Transpose", {2, 3, 4}, {})) == Shape{4, 3, 2});
  CHECK(shape_of(one_node(13, "Transpose", {1, 8, 9, 3}, {ints("perm", {0, 3, 1, 2})})) == Shape{1, 3, 8, 9});
}

TEST_CASE("import: a batch replaces the network's 1, and literal ones in Reshape follow it") {
  ImportOptions four;
  four.batch = 4;
  CHECK(shape_of(one_node(13, "Reshape", {1, 3, 2, 2}, {}, {{1, 12}}, four)) == Shape{4, 12});
  CHECK(shape_of(one_node(13, "Reshape", {1, 3, 2, 2}, {}, {{1, -1}}, four)) == Shape{4, 12});
  CHECK(shape_of(one_node(13, "Reshape", {1, 3, 2, 2}, {}, {{-1, 12}}, four)) == Shape{4, 12});
  CHECK(shape_of(one_node(13, "Flatten", {OnnxBuilder::kOpen, 3, 2, 2}, {}, {}, four)) == Shape{4, 12});
  CHECK(shape_of(one_node(13, "Flatten", {OnnxBuilder::kOpen, 3, 2, 2}, {})) == Shape{1, 12});
  CHECK(shape_of(one_node(13, "Flatten", {4, 3, 2, 2}, {}, {}, four)) == Shape{4, 12});
}

TEST_CASE("import: Slice has attributes before opset 10 and inputs since; places are clamped") {
  const Graph old =
      one_node(9, "Slice", {1, 8, 6}, {ints("starts", {2}), ints("ends", {100}), ints("axes", {1})});
  CHECK(shape_of(old) == Shape{1, 6, 6});
  CHECK(std::get<Slice>(old.nodes[0].op).start == Shape{0, 2, 0});
  const Graph backwards = one_node(13, "Slice", {1, 8, 6}, {}, {{-1}, {INT64_MIN}, {1}, {-3}});
  CHECK(shape_of(backwards) == Shape{1, 3, 6});  // 7, 4, 1
  CHECK(std::get<Slice>(backwards.nodes[0].op).start == Shape{0, 7, 0});
  CHECK(std::get<Slice>(backwards.nodes[0].op).step == Shape{1, -3, 1});
}

TEST_CASE("import: Split becomes a Slice for each part that is used") {
  OnnxBuilder network(13);
  network.input("x", {1, 6, 2})
      .integers("sizes", {1, 3, 2})
      .add_node("Split", {"x", "sizes"}, {"a", "b", "c"}, {integer("axis", 1)}, "split");
  network.output("a").output("c");
  const Graph graph = imported(network);
  CHECK(outline(graph) == "Slice Slice");
  CHECK(std::get<Slice>(graph.nodes[0].op).start == Shape{0, 0, 0});
  CHECK(std::get<Slice>(graph.nodes[1].op).start == Shape{0, 4, 0});
  CHECK(shape_of(graph, 1) == Shape{1, 2, 2});
  CHECK(graph.nodes[0].covers == Names{"split"});
  CHECK(graph.nodes[1].covers.empty());
}

TEST_CASE("import: Split into equal parts, or by an attribute before opset 13") {
  OnnxBuilder equal(11);
  equal.input("x", {1, 6})
      .add_node("Split", {"x"}, {"a", "b"}, {integer("axis", -1)})
      .output("a")
      .output("b");
  CHECK(shape_of(imported(equal), 1) == Shape{1, 3});
  OnnxBuilder given(7);
  given.input("x", {1, 6})
      .add_node("Split", {"x"}, {"a", "b"}, {integer("axis", 1), ints("split", {4, 2})})
      .output("a")
      .output("b");
  CHECK(shape_of(imported(given), 1) == Shape{1, 2});
}

TEST_CASE("import: Pad has an attribute before opset 11 and an input since") {
  for (const Graph& graph : {one_node(7, "Pad", {1, 2, 3, 4}, {ints("pads", {0, 0, 1, 2, 0, 0, 3, 4})}),
                             one_node(13, "Pad", {1, 2, 3, 4}, {}, {{0, 0, 1, 2, 0, 0, 3, 4}})}) {
    CHECK(shape_of(graph) == Shape{1, 2, 7, 10});
    CHECK(std::get<Pad>(graph.nodes[0].op).before == Shape{0, 0, 1, 2});
    CHECK(std::get<Pad>(graph.nodes[0].op).after == Shape{0, 0, 3, 4});
  }
}

TEST_CASE("import: constant zeros joined to channels are padding") {
  OnnxBuilder network(12);
  network.input("x", {1, 3, 2, 2})
      .integers("shape", {1, 5, 2, 2})
      .add_node("ConstantOfShape", {"shape"}, {"zeros"});
  network.add_node("Concat", {"x", "zeros"}, {"y"}, {integer("axis", -3)}).output("y");
  const Graph graph = imported(network);
  CHECK(std::get<Pad>(only_node(graph).op).after == Shape{0, 5, 0, 0});
}

TEST_CASE("import: pools with ceil_mode get the padding that makes the last window fit") {
  // 6 + 0 - 3 = 3 rows to slide by 2: 1.5, so 3 windows with ceil, the last reaching row 7 of 6.
  const std::vector<Attribute> attributes = {ints("kernel_shape", {3, 3}), ints("strides", {2, 2}),
                                             integer("ceil_mode", 1)};
  const Graph graph = one_node(11, "MaxPool", {1, 2, 6, 7}, attributes);
  CHECK(shape_of(graph) == Shape{1, 2, 3, 3});
  CHECK(std::get<MaxPool>(graph.nodes[0].op).window.pad == std::array<int64_t, 4>{0, 0, 1, 0});
  // A third window would begin at row 4 of 4 + 0: beyond the input, so it is left out.
  const Graph beyond =
      one_node(11, "MaxPool", {1, 2, 4, 4},
               {ints("kernel_shape", {1, 1}), ints("strides", {2, 2}), integer("ceil_mode", 1)});
  CHECK(shape_of(beyond) == Shape{1, 2, 2, 2});
}

TEST_CASE("import: an average pool counts declared padding but not what ceil_mode adds") {
  const std::vector<Attribute> counted = {ints("kernel_shape", {3, 3}), ints("strides", {2, 2}),
                                          integer("ceil_mode", 1), ints("pads", {1, 1, 1, 1}),
                                          integer("count_include_pad", 1)};
  const Graph graph = one_node(11, "AveragePool", {1, 1, 4, 4}, counted);  // 4 + 2 - 3 = 3 rows to slide by 2
  CHECK(outline(graph) == "Pad AveragePool");
  CHECK(shape_of(graph) == Shape{1, 1, 3, 3});
  const std::vector<float> ones(16, 1.0f);
  // Rows of ones: the first window holds 2 of 3 rows, the second 3 of 3; the third, of the input's last row
  // and one of padding, holds 1 of 2: its third row is not declared.
  const float a = 2.0f / 3, b = 1.0f, c = 0.5f;
  const std::vector<float> expected = {a * a, a * b, a * c, b * a, b * b, b * c, c * a, c * b, c * c};
  const std::vector<float> seen = run(graph, {{{1, 1, 4, 4}, ones}})[0].values;
  REQUIRE(seen.size() == 9);
  for (size_t i = 0; i < 9; ++i) CHECK(seen[i] == doctest::Approx(expected[i]));
  CHECK(outline(legalize(graph)) == "Pad AveragePool");
}

TEST_CASE("import: a mean over height and width is a global average pool") {
  CHECK(outline(one_node(7, "ReduceMean", {2, 3, 4, 5}, {ints("axes", {2, 3})})) == "GlobalAveragePool");
  CHECK(shape_of(one_node(13, "ReduceMean", {2, 3, 4, 5}, {ints("axes", {-1, -2})})) == Shape{2, 3, 1, 1});
  CHECK(shape_of(one_node(13, "ReduceMean", {2, 3, 4, 5}, {ints("axes", {3, 2}), integer("keepdims", 0)})) ==
        Shape{2, 3});
}

TEST_CASE("import: Resize by scales, by sizes, and Upsample") {
  const auto resize = [](int64_t opset, const std::string& op, const std::vector<Attribute>& attributes,
                         bool by_sizes = false) {
    OnnxBuilder network(opset);
    network.input("x", {1, 2, 3, 4})
        .initializer("scales", {4}, {1, 1, 2, 3})
        .integers("sizes", {1, 2, 6, 12})
        .initializer("none", {0}, {});
    Names inputs = {"x"};
    if (opset >= 11) inputs.push_back("none");
    if (op == "Resize" || opset == 9) inputs.push_back(by_sizes ? "none" : "scales");
    if (by_sizes) inputs.push_back("sizes");
    network.add_node(op, inputs, {"y"}, attributes).output("y");
    const Graph graph = imported(network);
    CHECK(shape_of(graph) == Shape{1, 2, 6, 12});
    return std::get<Resize>(only_node(graph).op);
  };
  CHECK(resize(13, "Resize", {}).mode == Resize::Mode::nearest);
  CHECK(resize(13, "Resize", {}, true).factor_x == 3);
  CHECK(resize(11, "Resize",
               {text("coordinate_transformation_mode", "asymmetric"), text("nearest_mode", "floor")})
            .factor_y == 2);
  CHECK(resize(11, "Resize", {text("mode", "linear")}).half_pixel);
  CHECK(resize(11, "Resize",
               {text("mode", "linear"), text("coordinate_transformation_mode", "pytorch_half_pixel")})
            .half_pixel);
  CHECK_FALSE(
      resize(11, "Resize", {text("mode", "linear"), text("coordinate_transformation_mode", "asymmetric")})
          .half_pixel);
  CHECK_FALSE(resize(10, "Resize", {text("mode", "linear")}).half_pixel);
  CHECK(resize(9, "Upsample", {}).mode == Resize::Mode::nearest);
  CHECK(resize(7, "Upsample", {text("mode", "linear"), reals("scales", {1, 1, 2, 3})}).mode ==
        Resize::Mode::bilinear);
}

TEST_CASE("import: what does nothing at inference is a view of the same shape") {
  CHECK(outline(one_node(13, "Identity", {1, 2}, {})) == "Reshape");
  CHECK(outline(one_node(7, "Dropout", {1, 2}, {real("ratio", 0.5f)})) == "Reshape");
  CHECK(outline(one_node(12, "Dropout", {1, 2}, {})) == "Reshape");
  CHECK(outline(one_node(13, "Cast", {1, 2}, {integer("to", onnx::TensorProto::FLOAT)})) == "Reshape");
}

TEST_CASE("fold: a channel shuffle whose shapes are computed from the input's") {
  // Shape -> Gather -> Unsqueeze -> Concat -> Reshape, as exporters write x.view(n, 2, c / 2, h, w).
  OnnxBuilder network(11);
  network.input("x", {OnnxBuilder::kOpen, 6, 4, 4});
  network.add_node("Shape", {"x"}, {"shape"});
  Names parts;
  for (int axis = 0; axis < 4; ++axis) {
    const std::string name = "d" + std::to_string(axis);
    network.initializer(name + "i", integer_tensor({}, {axis}))
        .add_node("Gather", {"shape", name + "i"}, {name + "s"}, {integer("axis", 0)});
  }
  network.initializer("two", integer_tensor({}, {2})).add_node("Div", {"d1s", "two"}, {"half"});
  for (const std::string name : {"d0s", "two", "half", "d2s", "d3s"}) {
    network.add_node("Unsqueeze", {name}, {name + "u"}, {ints("axes", {0})});
    parts.push_back(name + "u");
  }
  network.add_node("Concat", parts, {"five"}, {integer("axis", 0)})
      .add_node("Reshape", {"x", "five"}, {"split"});
  network.add_node("Transpose", {"split"}, {"mixed"}, {ints("perm", {0, 2, 1, 3, 4})})
      .add_node("Reshape", {"mixed", "shape"}, {"y"})
      .output("y");
  ImportOptions three;
  three.batch = 3;
  const Graph graph = imported(network, three);
  CHECK(outline(graph) == "Reshape Transpose Reshape");
  CHECK(graph.tensors[graph.nodes[0].output].shape == Shape{3, 2, 3, 4, 4});
  CHECK(shape_of(graph) == Shape{3, 6, 4, 4});
}

TEST_CASE("fold: an upsampling whose sizes are computed in floats") {
  OnnxBuilder network(11);
  network.input("x", {1, 2, 3, 4})
      .integers("start", {2})
      .integers("end", {4})
      .initializer("twice", {2}, {2, 2})
      .initializer("none", {0}, {});
  network.integers("zero", {0}).integers("two", {2});
  network.add_node("Shape", {"x"}, {"shape"})
      .add_node("Slice", {"shape", "start", "end"}, {"hw"})
      .add_node("Slice", {"shape", "zero", "two"}, {"nc"});
  network.add_node("Cast", {"hw"}, {"f"}, {integer("to", onnx::TensorProto::FLOAT)})
      .add_node("Mul", {"f", "twice"}, {"m"});
  network.add_node("Floor", {"m"}, {"n"})
      .add_node("Cast", {"n"}, {"i"}, {integer("to", onnx::TensorProto::INT64)});
  network.add_node("Concat", {"nc", "i"}, {"sizes"}, {integer("axis", 0)});
  network.add_node("Resize", {"x", "none", "none", "sizes"}, {"y"}).output("y");
  CHECK(shape_of(imported(network)) == Shape{1, 2, 6, 8});
}

TEST_CASE("fold: a tensor that is read for its shape alone leaves nothing behind") {
  OnnxBuilder network(13);
  network.input("x", {1, 4, 2})
      .input("unused", {1, 5})
      .add_node("Relu", {"unused"}, {"r"})
      .add_node("Shape", {"r"}, {"s"});
  network.integers("rest", {8})
      .integers("one", {0})
      .add_node("Gather", {"s", "one"}, {"n"})
      .add_node("Concat", {"n", "rest"}, {"shape"}, {integer("axis", 0)});
  network.add_node("Reshape", {"x", "shape"}, {"y"}).output("y");
  const Graph graph = imported(network);
  CHECK(outline(graph) == "Reshape");
  CHECK(graph.inputs.size() == 1);
  CHECK(shape_of(graph) == Shape{1, 8});
}
