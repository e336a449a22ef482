// What a user may say of an import: shapes of open inputs, outputs to cut at; and what is told of a network
// that does not import whole.
#include <doctest/doctest.h>

#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

ImportOptions with_shape(const std::string& name, const Shape& shape) {
  ImportOptions options;
  options.shapes[name] = shape;
  return options;
}

OnnxBuilder open_network() {
  OnnxBuilder network(13);
  network.input("x", {OnnxBuilder::kOpen, 3, OnnxBuilder::kOpen, 8});
  return network.add_node("Relu", {"x"}, {"y"}, {}, "relu").output("y");
}

NetworkReading reading_of(const OnnxBuilder& network) {
  const TemporaryFolder folder("reading");
  network.save(folder.file("net.onnx"));
  return ParsedNetwork(folder.file("net.onnx")).read_nodes({});
}

}  // namespace

TEST_CASE("import: a given shape fixes what the network leaves open") {
  const Graph graph = imported(open_network(), with_shape("x", {2, 3, 5, 8}));
  CHECK(graph.tensors[graph.inputs[0]].shape == Shape{2, 3, 5, 8});
  CHECK(fault(open_network()) ==
        "net.onnx: input 'x': dimension 2 is not fixed; say what it is, e.g. --shape x=1,3,224,8");
  CHECK(fault(open_network(), with_shape("x", {2, 4, 5, 8})) ==
        "net.onnx: input 'x' was given shape [2, 4, 5, 8]; the network declares [N, 3, N, 8]");
  CHECK(fault(open_network(), with_shape("x", {2, 3, 5})) ==
        "net.onnx: input 'x' was given shape [2, 3, 5]; the network declares [N, 3, N, 8]");
  CHECK(fault(open_network(), with_shape("z", {2, 3, 5, 8})) ==
        "net.onnx: a shape is given for 'z', which is no input of the network");
}

TEST_CASE("import: a network is cut at the outputs that are asked for") {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 8, 8}).add_node("Relu", {"x"}, {"a"}, {}, "first");
  network.add_node("Sigmoid", {"a"}, {"b"}, {}, "second")
      .add_node("Einsum", {"b"}, {"y"}, {}, "third")
      .output("y");
  ImportOptions options;
  options.outputs = {"b", "a"};
  const Graph graph = imported(network, options);
  CHECK(outline(graph) == "Clip+relu Sigmoid");
  REQUIRE(graph.outputs.size() == 2);
  CHECK(graph.tensors[graph.outputs[0]].name == "b");
  options.outputs = {"c"};
  CHECK(fault(network, options) == "net.onnx: output 'c' of the network is produced by no node");
}

TEST_CASE("import: every node that cannot run is told of, and where the network could be cut") {
  OnnxBuilder network(13);
  network.input("x", {1, 2, 4, 4}).add_node("Relu", {"x"}, {"a"}, {}, "relu");
  network.add_node("Einsum", {"a"}, {"b"}, {}, "einsum").add_node("Relu", {"b"}, {"c"}, {}, "behind");
  network.add_node("Transpose", {"a"}, {"d"}, {ints("perm", {0, 1})}, "turn")
      .output("c")
      .output("d")
      .output("a");
  const NetworkReading read = reading_of(network);
  REQUIRE(read.nodes.size() == 4);
  CHECK(read.nodes[0].fault == "");
  CHECK(read.nodes[1].node == "einsum");
  CHECK(read.nodes[1].fault == "operator Einsum is not supported");
  CHECK(!read.nodes[1].is_behind);
  CHECK(read.nodes[2].fault == "behind what cannot run");
  CHECK(read.nodes[2].is_behind);
  CHECK(read.nodes[3].fault != "");
  CHECK(!read.nodes[3].is_behind);
  CHECK(read.cut == std::vector<std::string>{"a"});
}

TEST_CASE("import: what stands behind a node that cannot run is looked at where the file says the shapes") {
  // The product of two computed tensors stands behind Einsum, and is refused for itself.
  OnnxBuilder network(13);
  network.input("x", {1, 4, 4}).add_node("Relu", {"x"}, {"a"}, {}, "relu");
  network.add_node("Einsum", {"a"}, {"b"}, {}, "einsum").add_node("Relu", {"b"}, {"c"}, {}, "behind");
  network.add_node("MatMul", {"c", "a"}, {"y"}, {}, "product").output("y");
  CHECK(reading_of(network).nodes[3].fault == "behind what cannot run");
  auto& said = *network.graph().add_value_info();
  said.set_name("b");
  auto& type = *said.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const int64_t dimension : {1, 4, 4}) type.mutable_shape()->add_dim()->set_dim_value(dimension);
  const NetworkReading read = reading_of(network);
  CHECK(read.nodes[1].fault == "operator Einsum is not supported");
  CHECK(read.nodes[2].fault == "");
  CHECK(!read.nodes[2].is_behind);
  CHECK(read.nodes[3].fault.find("constant") != std::string::npos);
  CHECK(read.cut == std::vector<std::string>{"a"});
}

TEST_CASE("import: opsets newer than those known are warned of") {
  const auto warnings = [](int64_t opset) {
    OnnxBuilder network(opset);
    network.input("x", {1, 3}).add_node("Relu", {"x"}, {"y"}).output("y");
    const TemporaryFolder folder("warned");
    network.save(folder.file("net.onnx"));
    return ParsedNetwork(folder.file("net.onnx")).warnings();
  };
  CHECK(warnings(21).empty());
  CHECK(warnings(22) == std::vector<std::string>{"opset 22 is read by the definitions of opset 21"});
}

TEST_CASE("import: functions of the file become the nodes of their bodies") {
  // twice(x; slope) = LeakyRelu(LeakyRelu(x, slope), slope); -1 * 0.5 * 0.5
  OnnxBuilder network(13);
  network.input("x", {1, 2}).add_node("twice", {"x"}, {"y"}, {real("slope", 0.5f)}, "call").output("y");
  network.last_node().set_domain("mine");
  auto* function = network.model().add_functions();
  function->set_name("twice");
  function->set_domain("mine");
  function->add_input("in");
  function->add_output("out");
  function->add_attribute("slope");
  const auto add = [&](const std::string& from, const std::string& to) {
    auto* node = function->add_node();
    node->set_op_type("LeakyRelu");
    node->add_input(from);
    node->add_output(to);
    auto* alpha = node->add_attribute();
    alpha->set_name("alpha");
    alpha->set_ref_attr_name("slope");
    alpha->set_type(onnx::AttributeProto::FLOAT);
  };
  add("in", "between");
  add("between", "out");
  const Graph graph = imported(network);
  CHECK(graph.nodes.size() == 2);
  CHECK(run(graph, {{{1, 2}, {-1, 3}}})[0].values == std::vector<float>{-0.25f, 3});

  function->mutable_node(0)->set_op_type("twice");
  function->mutable_node(0)->set_domain("mine");
  CHECK(fault(network) ==
        "net.onnx: node "
        "'call/twice/twice/twice/twice/twice/twice/twice/twice/twice/twice/twice/twice/twice/twice/"
        "twice/twice' (twice): functions call each other more than 16 deep");
}
