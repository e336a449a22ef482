// Every fault is one line that names file, node and what is expected. Messages are compared whole: they are
// part of what the program is.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "runtime/import/operators/supported_operators.h"
#include "runtime/user_error.h"
#include "tests/runtime/import/imported.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

using Names = std::vector<std::string>;

// x -> one node, called "n" -> y; further inputs are initializers that `prepare` adds.
std::string node_fault(
    int64_t opset, const std::string& op, const Shape& x, const Names& more,
    const std::vector<Attribute>& attributes,
    const std::function<void(OnnxBuilder&)>& prepare = [](OnnxBuilder&) {}) {
  OnnxBuilder network(opset);
  Names inputs = {"x"};
  inputs.insert(inputs.end(), more.begin(), more.end());
  network.input("x", x).add_node(op, inputs, {"y"}, attributes, "n").output("y");
  prepare(network);
  return fault(network);
}

std::string conv_fault(const std::vector<Attribute>& attributes, const Shape& weights = {4, 3, 3, 3},
                       const Shape& x = {1, 3, 8, 8}) {
  return node_fault(13, "Conv", x, {"w"}, attributes,
                    [&](OnnxBuilder& network) { network.initializer("w", weights); });
}

// A good network to damage: x -> conv -> relu -> y
OnnxBuilder good() {
  OnnxBuilder network(13);
  network.input("x", {1, 3, 8, 8})
      .add_conv("conv", "x", "c", {4, 3, 3, 3})
      .add_node("Relu", {"c"}, {"y"}, {}, "relu")
      .output("y");
  return network;
}

}  // namespace

TEST_CASE("faults: files that are none, or hold no network") {
  const TemporaryFolder folder("faults");
  CHECK(user_error([] { import_network("nowhere/net.onnx"); }) == "nowhere/net.onnx: no such file");
  CHECK(user_error([&] { import_network(folder.path()); }) ==
        folder.path() + ": is a directory; expected an ONNX file");
  CHECK(user_error([] { import_network("/dev/null"); }) ==
        "/dev/null: is not a regular file; expected an ONNX file");
  CHECK(fault_of_bytes("") == "net.onnx: the file is empty; expected an ONNX network");
  CHECK(fault_of_bytes("layers: [conv, relu]\n") == "net.onnx: the file is not an ONNX network");
  CHECK(fault_of_bytes(std::string(1000, '\0')) == "net.onnx: the file is not an ONNX network");
  CHECK(fault_of_bytes(std::string("\x1c\0\0\0TFL3", 8)) == "net.onnx: the file is not an ONNX network");
}

TEST_CASE("faults: a truncated file, wherever it ends") {
  const std::string whole = good().bytes();
  CHECK(fault_of_bytes(whole) == "(no error)");
  for (size_t length = 1; length < whole.size(); ++length)
    CHECK(fault_of_bytes(whole.substr(0, length)) != "(no error)");
  CHECK(fault_of_bytes(whole.substr(0, whole.size() / 2)) ==
        "net.onnx: the file is truncated or damaged: it begins as ONNX but does not end as such");
}

TEST_CASE("faults: operator sets") {
  for (int64_t opset : {-1, 0}) {
    OnnxBuilder network = good();
    network.model().mutable_opset_import(0)->set_version(opset);
    CHECK(fault(network) ==
          "net.onnx: the file uses opset " + std::to_string(opset) + "; expected 1 or more");
  }
  OnnxBuilder none = good();
  none.model().clear_opset_import();
  CHECK(fault(none) == "net.onnx: the file declares no ONNX operator set (opset_import)");
  for (int64_t opset : {1, 6, 18, 21, 22, 1000}) {
    OnnxBuilder network = good();
    network.model().mutable_opset_import(0)->set_version(opset);
    CHECK(fault(network) == "(no error)");
  }
  OnnxBuilder newer = good();
  newer.model().set_ir_version(12);  // newer than the library's checker knows, and no obstacle
  CHECK(fault(newer) == "(no error)");
}

TEST_CASE("faults: operators that are not supported, or not in this opset") {
  CHECK(node_fault(13, "Tanh", {1, 2}, {}, {}) ==
        "net.onnx: node 'n' (Tanh): operator Tanh is not supported; 'mmasim describe operators' lists those "
        "that are, 'mmasim check' what else is in the way");
  CHECK(node_fault(13, "Convv", {1, 2}, {}, {}) ==
        "net.onnx: node 'n' (Convv): operator Convv is not supported (the nearest is Conv); 'mmasim describe "
        "operators' lists those that are, 'mmasim check' what else is in the way");
  OnnxBuilder two = good();
  two.add_node("LSTM", {"c"}, {"l"})
      .add_node("Einsum", {"l"}, {"z"})
      .add_node("LSTM", {"c"}, {"k"})
      .output("z")
      .output("k");
  CHECK(fault(two) ==
        "net.onnx: node 'LSTM_2' (LSTM): operator LSTM is not supported; nor are Einsum; 'mmasim describe "
        "operators' lists those that are, 'mmasim check' what else is in the way");
  OnnxBuilder domain = good();
  domain.last_node().set_domain("com.microsoft");
  CHECK(fault(domain) ==
        "net.onnx: node 'relu' (com.microsoft.Relu): operator com.microsoft.Relu is not supported; 'mmasim "
        "describe operators' lists those that are, 'mmasim check' what else is in the way");
  CHECK(node_fault(13, "HardSwish", {1, 2}, {}, {}) ==
        "net.onnx: node 'n' (HardSwish): operator HardSwish does not exist in opset 13");
  CHECK(node_fault(11, "Upsample", {1, 2, 3, 3}, {}, {}) ==
        "net.onnx: node 'n' (Upsample): operator Upsample does not exist in opset 11");
}

TEST_CASE("faults: tensors that are missing, doubled, or depend on themselves") {
  OnnxBuilder missing = good();
  missing.last_node().set_input(0, "lost");
  CHECK(fault(missing) ==
        "net.onnx: node 'relu' (Relu): input 'lost' is produced by no node and is neither input nor "
        "initializer of the network");
  OnnxBuilder doubled = good();
  doubled.add_node("Relu", {"c"}, {"y"}, {}, "again");
  CHECK(fault(doubled) ==
        "net.onnx: node 'again' (Relu): output 'y' is already produced by node 'relu' (Relu)");
  OnnxBuilder input = good();
  input.add_node("Relu", {"c"}, {"x"}, {}, "again");
  CHECK(fault(input) ==
        "net.onnx: node 'again' (Relu): output 'x' is already an input or initializer of the network");
  OnnxBuilder cyclic(13);
  cyclic.input("x", {1, 2})
      .add_node("Add", {"x", "b"}, {"a"}, {}, "add")
      .add_node("Relu", {"a"}, {"b"}, {}, "relu")
      .output("b");
  CHECK(fault(cyclic) ==
        "net.onnx: node 'add' (Add): the network is cyclic: this node depends on its own output");
  OnnxBuilder no_output = good();
  no_output.graph().mutable_output(0)->set_name("z");
  CHECK(fault(no_output) == "net.onnx: output 'z' of the network is produced by no node");
  OnnxBuilder none = good();
  none.graph().clear_output();
  CHECK(fault(none) == "net.onnx: the network has no outputs");
  OnnxBuilder empty = good();
  empty.graph().clear_node();
  CHECK(fault(empty) == "net.onnx: the network has no operators");
  OnnxBuilder weights_twice = good();
  weights_twice.initializer("conv.bias", {4});
  CHECK(fault(weights_twice) == "net.onnx: initializer 'conv.bias' is declared twice");
  OnnxBuilder name = good();
  name.last_node().set_name("a\xff");
  CHECK(fault(name) == "net.onnx: the name of node 1 (Relu) is not UTF-8 text");
  OnnxBuilder nul = good();
  nul.last_node().set_name(std::string("a\0b", 3));
  CHECK(fault(nul) == "net.onnx: the name of node 1 (Relu) is not UTF-8 text");
}

TEST_CASE("faults: text of the file stays on its line in messages") {
  OnnxBuilder attribute = good();
  *attribute.last_node().add_attribute() =
      integer("a\nb\xff\xc3\xa9", 1);  // a line break, an invalid byte, e acute
  CHECK(fault(attribute) == "net.onnx: node 'relu' (Relu): Relu has no attribute 'a?b?\xc3\xa9' in opset 13");
  OnnxBuilder domain = good();
  domain.last_node().set_domain("\x1b[2J");
  CHECK(fault(domain).find('\x1b') == std::string::npos);
}

TEST_CASE("import: nodes may stand in any order, and names need not be unique") {
  OnnxBuilder network(13);
  network.input("x", {1, 2})
      .add_node("Relu", {"b"}, {"y"}, {}, "same")
      .add_node("Sigmoid", {"x"}, {"b"}, {}, "same")
      .output("y");
  const Graph graph = imported(network);
  CHECK(outline(graph) == "Sigmoid Clip+relu");
  CHECK(graph.nodes[0].name != graph.nodes[1].name);
}

TEST_CASE("faults: input shapes") {
  const auto shape_fault = [](const Shape& shape) { return node_fault(13, "Relu", shape, {}, {}); };
  CHECK(shape_fault({1, 0, 2}) ==
        "net.onnx: input 'x' has shape [1, 0, 2]; expected dimensions of 1..16777216");
  CHECK(shape_fault({1, -7}) == "net.onnx: input 'x' has shape [1, -7]; expected dimensions of 1..16777216");
  CHECK(shape_fault({1, 16777216}) == "(no error)");
  CHECK(shape_fault({1, 16777217}) ==
        "net.onnx: input 'x' has shape [1, 16777217]; expected dimensions of 1..16777216");
  CHECK(shape_fault({128, 16777216}) == "(no error)");
  CHECK(shape_fault({129, 16777216}) ==
        "net.onnx: input 'x' has shape [129, 16777216]; expected at most 2147483648 elements");
  CHECK(shape_fault({16777216, 16777216, 16777216}) ==
        "net.onnx: input 'x' has shape [16777216, 16777216, 16777216]; expected at most 2147483648 elements");
  CHECK(shape_fault({1, OnnxBuilder::kOpen}) ==
        "net.onnx: input 'x': dimension 1 is not fixed; say what it is, e.g. --shape x=1,224");
  CHECK(shape_fault({}) == "net.onnx: input 'x' has no dimensions; expected at least 1");
  CHECK(shape_fault({1, 1, 1, 1, 1, 1, 1, 1, 1}) ==
        "net.onnx: input 'x' has 9 dimensions; expected at most 8");
  OnnxBuilder integers = good();
  integers.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
      onnx::TensorProto::UINT8);
  CHECK(fault(integers) ==
        "net.onnx: input 'x' has element type UINT8; expected FLOAT, FLOAT16, BFLOAT16 or DOUBLE");
}

TEST_CASE("faults: a batch that the network does not allow") {
  ImportOptions four;
  four.batch = 4;
  OnnxBuilder fixed(13);
  fixed.input("x", {2, 3}).add_node("Relu", {"x"}, {"y"}).output("y");
  CHECK(fault(fixed, four) == "net.onnx: input 'x' has a fixed batch of 2; a batch of 4 was asked for");
}

TEST_CASE("faults: a dimension of -1 is an open one") {
  ImportOptions four;
  four.batch = 4;
  OnnxBuilder network(13);
  network.input("x", {1, 3}).add_node("Relu", {"x"}, {"y"}).output("y");
  auto* shape = network.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  shape->mutable_dim(0)->set_dim_value(-1);
  CHECK(fault(network) == "(no error)");
  CHECK(fault(network, four) == "(no error)");
  shape->mutable_dim(1)->set_dim_value(-1);
  CHECK(fault(network) ==
        "net.onnx: input 'x': dimension 1 is not fixed; say what it is, e.g. --shape x=1,224");
}

TEST_CASE("faults: what a graph grows to is bounded before anything is made of it") {
  OnnxBuilder network(13);
  network.input("x", {1, 1, 1024, 1024})
      .initializer("scales", {4}, {1, 1, 64, 64})
      .initializer("none", {0}, {});
  network.add_node("Resize", {"x", "none", "scales"}, {"y"}, {}, "n").output("y");
  CHECK(fault(network) ==
        "net.onnx: node 'n' (Resize): tensor 'y' has shape [1, 1, 65536, 65536]; expected at most 2147483648 "
        "elements");
  OnnxBuilder zeros(13);
  zeros.input("x", {1, 2})
      .integers("shape", {16777216, 64})
      .add_node("ConstantOfShape", {"shape"}, {"z"}, {}, "n")
      .add_node("Add", {"x", "z"}, {"y"})
      .output("y");
  CHECK(fault(zeros) ==
        "net.onnx: node 'n' (ConstantOfShape): constants made from constants have more than 268435456 "
        "elements in all");
  OnnxBuilder declared(13);
  declared.input("x", {1, 128})
      .input("w", {16777216, 128})
      .add_node("Gemm", {"x", "w"}, {"y"}, {integer("transB", 1)}, "n")
      .output("y");
  CHECK(fault(declared) == "net.onnx: node 'n' (Gemm): the network has more than 1073741824 parameters");
}

TEST_CASE("faults: weights whose bytes, types or values are wrong") {
  const auto weights_fault = [](const onnx::TensorProto& weights) {
    OnnxBuilder network(13);
    network.input("x", {1, 1, 2, 2})
        .initializer("w", weights)
        .add_node("Conv", {"x", "w"}, {"y"}, {}, "n")
        .output("y");
    return fault(network);
  };
  const Shape shape = {1, 1, 2, 1};
  onnx::TensorProto raw = float_tensor(shape, {});
  raw.set_raw_data("1234567");
  CHECK(weights_fault(raw) ==
        "net.onnx: node 'n' (Conv): tensor 'w': it holds 7 bytes; shape [1, 1, 2, 1] needs 8");
  CHECK(weights_fault(float_tensor(shape, {1})) ==
        "net.onnx: node 'n' (Conv): tensor 'w': it holds 1 values; shape [1, 1, 2, 1] needs 2");
  CHECK(weights_fault(float_tensor({1 << 20, 1 << 20, 1 << 20, 1 << 20}, {1})) ==
        "net.onnx: node 'n' (Conv): tensor 'w': it has shape [1048576, 1048576, 1048576, 1048576]; expected "
        "at most 2147483648 elements");
  CHECK(weights_fault(float_tensor({1, 1, -2, -1}, {1, 2})) ==
        "net.onnx: node 'n' (Conv): tensor 'w': it has shape [1, 1, -2, -1]; expected dimensions of "
        "0..16777216");
  CHECK(weights_fault(float_tensor({0, 1, 2, 1}, {})) ==
        "net.onnx: node 'n' (Conv): weights 'w' has shape [0, 1, 2, 1]; expected dimensions of 1..16777216");
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(weights_fault(float_tensor({2, 1, 2, 1}, {1, 2, 3, NAN})) ==
        "net.onnx: node 'n' (Conv): tensor 'w' holds NaN at [1, 0, 1, 0]; expected finite values");
  CHECK(weights_fault(float_tensor(shape, {-infinity, 2})) ==
        "net.onnx: node 'n' (Conv): tensor 'w' holds infinity at [0, 0, 0, 0]; expected finite values");
  CHECK(weights_fault(integer_tensor(shape, {1, 2})) ==
        "net.onnx: node 'n' (Conv): weights 'w' has element type INT64; expected FLOAT, FLOAT16, BFLOAT16 or "
        "DOUBLE");
  onnx::TensorProto text_tensor = float_tensor(shape, {});
  text_tensor.set_data_type(onnx::TensorProto::STRING);
  CHECK(
      weights_fault(text_tensor) ==
      "net.onnx: node 'n' (Conv): tensor 'w': its element type is STRING; expected a float or integer type");
  OnnxBuilder computed(13);
  computed.input("x", {1, 1, 2, 2})
      .add_node("Relu", {"x"}, {"w"})
      .add_node("Conv", {"x", "w"}, {"y"}, {}, "n")
      .output("y");
  CHECK(fault(computed) ==
        "net.onnx: node 'n' (Conv): weights 'w' is computed by the network; expected a constant");
}

TEST_CASE("faults: attributes of convolutions") {
  CHECK(conv_fault({ints("strides", {0, 1})}) ==
        "net.onnx: node 'n' (Conv): strides holds 0; expected 1..16777216");
  CHECK(conv_fault({ints("strides", {1})}) ==
        "net.onnx: node 'n' (Conv): strides has 1 values; expected 2 (only windows of one or two dimensions "
        "are "
        "supported)");
  CHECK(conv_fault({ints("dilations", {1, -1})}) ==
        "net.onnx: node 'n' (Conv): dilations holds -1; expected 1..16777216");
  CHECK(conv_fault({ints("pads", {1, 1, -1, 1})}) ==
        "net.onnx: node 'n' (Conv): pads holds -1; expected 0..16777216");
  CHECK(conv_fault({ints("pads", {1, 1, INT64_MAX, 1})}) ==
        "net.onnx: node 'n' (Conv): pads holds 9223372036854775807; expected 0..16777216");
  CHECK(conv_fault({ints("kernel_shape", {3, 5})}) ==
        "net.onnx: node 'n' (Conv): kernel_shape [3, 5] does not match weights 'w' of shape [4, 3, 3, 3]");
  CHECK(conv_fault({integer("group", 0)}) == "net.onnx: node 'n' (Conv): group is 0; expected 1..16777216");
  CHECK(conv_fault({integer("group", 2)}) ==
        "net.onnx: node 'n' (Conv): group 2 does not divide the 3 input channels");
  CHECK(conv_fault({}, {4, 2, 3, 3}) ==
        "net.onnx: node 'n' (Conv): its input has 3 channels; weights 'w' of shape [4, 2, 3, 3] want 2");
  CHECK(conv_fault({}, {4, 3, 9, 3}) ==
        "net.onnx: node 'n' (Conv): the window spans 9 rows but the padded input has 8");
  CHECK(conv_fault({text("auto_pad", "SAME")}) ==
        "net.onnx: node 'n' (Conv): auto_pad is 'SAME'; expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  CHECK(conv_fault({text("auto_pad", "VALID"), ints("pads", {1, 1, 1, 1})}) ==
        "net.onnx: node 'n' (Conv): auto_pad VALID and pads are both given; expected one of them");
  CHECK(conv_fault({}, {4, 3, 3}, {1, 3, 8, 8, 8}) ==
        "net.onnx: node 'n' (Conv): its input has shape [1, 3, 8, 8, 8]; expected 4 dimensions N, C, H, W or "
        "3 dimensions N, C, L");
  CHECK(conv_fault({}, {4, 3, 3, 3}, {1, 3, 8}) ==
        "net.onnx: node 'n' (Conv): weights 'w' have shape [4, 3, 3, 3]; expected 3 dimensions, as many as "
        "the input");
  CHECK(conv_fault({integer("strides", 2)}) ==
        "net.onnx: node 'n' (Conv): attribute strides has type INT; expected INTS");
  CHECK(conv_fault({ints("stride", {2, 2})}) ==
        "net.onnx: node 'n' (Conv): Conv has no attribute 'stride' in opset 13");
  CHECK(conv_fault({integer("group", 1), integer("group", 1)}) ==
        "net.onnx: node 'n' (Conv): attribute group is given twice");
  CHECK(node_fault(13, "Conv", {1, 3, 8, 8}, {}, {}) ==
        "net.onnx: node 'n' (Conv): it has 1 inputs; expected 2..3");
}

TEST_CASE("faults: Gemm, MatMul and BatchNormalization") {
  const auto weights = [](OnnxBuilder& network) {
    network.initializer("w", {3, 4}).initializer("c", {2, 4}).initializer("v", {3});
  };
  CHECK(node_fault(13, "Gemm", {2, 3}, {"w"}, {integer("transA", 1)}, weights) ==
        "net.onnx: node 'n' (Gemm): transA is 1; only 0 is supported");
  CHECK(node_fault(13, "Gemm", {2, 3}, {"w", "c"}, {}, weights) ==
        "net.onnx: node 'n' (Gemm): bias 'c' has shape [2, 4]; expected one value for each of the 4 columns");
  CHECK(node_fault(13, "Gemm", {2, 3, 1}, {"w"}, {}, weights) ==
        "net.onnx: node 'n' (Gemm): its input has shape [2, 3, 1]; expected 2 dimensions");
  CHECK(node_fault(13, "MatMul", {2, 5}, {"w"}, {}, weights) ==
        "net.onnx: node 'n' (MatMul): its input of shape [2, 5] has 5 columns; weights 'w' want 3");
  OnnxBuilder two(13);
  two.input("a", {2, 3})
      .input("b", {3, 2})
      .add_node("Relu", {"b"}, {"r"})
      .add_node("MatMul", {"a", "r"}, {"y"}, {}, "n")
      .output("y");
  CHECK(fault(two) ==
        "net.onnx: node 'n' (MatMul): a product of two tensors that the network computes, of shapes [2, 3] "
        "and [3, 2], is not supported; expected one of them to be a constant");
  OnnxBuilder stacks(13);  // no weights of a layer: those would be a matrix
  stacks.input("a", {1, 3, 4, 5})
      .input("b", {1, 3, 5, 4})
      .add_node("MatMul", {"a", "b"}, {"y"}, {}, "n")
      .output("y");
  CHECK(fault(stacks) ==
        "net.onnx: node 'n' (MatMul): a product of two tensors that the network computes, of shapes [1, 3, "
        "4, 5] and [1, 3, 5, 4], is not supported; expected one of them to be a constant");

  const auto norm = [&](const Shape& x, float variance, const std::vector<Attribute>& attributes,
                        int64_t opset = 14) {
    return node_fault(opset, "BatchNormalization", x, {"v", "v", "v", "s"}, attributes,
                      [&](OnnxBuilder& network) {
                        network.initializer("v", {3}).initializer("s", {3}, {1, variance, 1});
                      });
  };
  CHECK(norm({1, 4, 2, 2}, 1, {}) ==
        "net.onnx: node 'n' (BatchNormalization): scale 'v' has shape [3]; expected [4]");
  CHECK(norm({1, 3, 2, 2}, -1, {}) ==
        "net.onnx: node 'n' (BatchNormalization): variance 's' plus epsilon is not positive at channel 1");
  CHECK(norm({1, 3, 2, 2}, 1, {integer("training_mode", 1)}) ==
        "net.onnx: node 'n' (BatchNormalization): training_mode is 1; only inference (0) is supported");
  CHECK(norm({1, 3, 2, 2}, 1, {integer("spatial", 0)}, 7) ==
        "net.onnx: node 'n' (BatchNormalization): spatial is 0; only 1 (one mean and variance for each "
        "channel) is supported");
}

TEST_CASE("faults: arithmetic and activations") {
  const auto constants = [](OnnxBuilder& network) {
    network.initializer("map", {1, 2, 2, 2})
        .initializer("zero", {}, {0})
        .initializer("one", {}, {1})
        .initializer("two", {2}, {1, 2});
  };
  const Shape x = {1, 3, 2, 2};
  CHECK(node_fault(13, "Mul", x, {"map"}, {}, constants) ==
        "net.onnx: node 'n' (Mul): constant operand 'map' of shape [1, 2, 2, 2] with an input of shape [1, "
        "3, 2, 2]: expected each dimension, aligned from the last, to be 1 or the input's");
  CHECK(node_fault(13, "Div", x, {"zero"}, {}, constants) ==
        "net.onnx: node 'n' (Div): divisor 'zero' holds 0");
  CHECK(
      node_fault(13, "Div", x, {"x"}, {}) ==
      "net.onnx: node 'n' (Div): a tensor divided by a tensor is not supported; expected a constant divisor");
  CHECK(node_fault(13, "Clip", x, {"one", "zero"}, {}, constants) ==
        "net.onnx: node 'n' (Clip): min 1.000000 exceeds max 0.000000");
  CHECK(node_fault(13, "Clip", x, {"two"}, {}, constants) ==
        "net.onnx: node 'n' (Clip): min 'two' is FLOAT of shape [2]; expected one float value");
  CHECK(node_fault(13, "PRelu", {1, 2, 2, 3}, {"two"}, {}, constants) ==
        "net.onnx: node 'n' (PRelu): slope 'two' of shape [2] with an input of shape [1, 2, 2, 3]: expected "
        "each dimension, aligned from the last, to be 1 or the input's");
  CHECK(node_fault(13, "Softmax", {1, 3}, {}, {integer("axis", 2)}) ==
        "net.onnx: node 'n' (Softmax): axis is 2; expected -2..1");
  OnnxBuilder shapes(13);
  shapes.input("a", {1, 3, 2, 2})
      .input("b", {1, 3, 1, 4})
      .add_node("Add", {"a", "b"}, {"y"}, {}, "n")
      .output("y");
  CHECK(fault(shapes) ==
        "net.onnx: node 'n' (Add): operands of shapes [1, 3, 2, 2] and [1, 3, 1, 4] do not broadcast: axis 3 "
        "is 2 and 4");
}

TEST_CASE("faults: views and selections") {
  const auto lists = [](OnnxBuilder& network) {
    network.integers("seven", {7})
        .integers("two_open", {-1, -1})
        .integers("steps", {0})
        .integers("pads", {0, -1, 0, 0})
        .integers("begin", {1});
    network.initializer("floats", {2}, {1, 2}).integers("negative", {-5, 2});
  };
  CHECK(node_fault(13, "Reshape", {2, 3}, {"seven"}, {}, lists) ==
        "net.onnx: node 'n' (Reshape): an input of shape [2, 3] (6 elements) cannot become [7] (7 elements)");
  CHECK(node_fault(13, "Reshape", {2, 3}, {"two_open"}, {}, lists) ==
        "net.onnx: node 'n' (Reshape): shape [-1, -1] holds -1 twice");
  CHECK(node_fault(13, "Reshape", {2, 3}, {"negative"}, {}, lists) ==
        "net.onnx: node 'n' (Reshape): shape [-5, 2] holds -5; expected -1, 0 or a size to 16777216");
  CHECK(node_fault(13, "Reshape", {2, 3}, {"floats"}, {}, lists) ==
        "net.onnx: node 'n' (Reshape): shape 'floats' is FLOAT of shape [2]; expected a list of integers");
  CHECK(node_fault(11, "Squeeze", {2, 3}, {}, {ints("axes", {1})}) ==
        "net.onnx: node 'n' (Squeeze): axis 1 of an input of shape [2, 3] is not 1");
  CHECK(node_fault(13, "Transpose", {2, 3}, {}, {ints("perm", {0, 0})}) ==
        "net.onnx: node 'n' (Transpose): perm [0, 0] is no permutation of the dimensions of [2, 3]");
  CHECK(node_fault(13, "Slice", {2, 3}, {"begin", "begin"}, {}, lists) ==
        "net.onnx: node 'n' (Slice): it takes nothing of an input of shape [2, 3]");
  CHECK(node_fault(13, "Slice", {2, 3}, {"begin", "seven", "steps", "steps"}, {}, lists) ==
        "net.onnx: node 'n' (Slice): a step is 0; expected any other number");
  CHECK(node_fault(13, "Pad", {2, 3}, {"pads"}, {}, lists) ==
        "net.onnx: node 'n' (Pad): pads holds -1; expected 0..16777216");
  CHECK(node_fault(13, "Pad", {2, 3}, {"pads"}, {text("mode", "edge")}, lists) ==
        "net.onnx: node 'n' (Pad): mode is 'edge'; only constant is supported");
  CHECK(node_fault(7, "Pad", {2, 3}, {}, {ints("pads", {0, 1, 0, 0}), real("value", 1)}) ==
        "net.onnx: node 'n' (Pad): the padding value is 1.000000; only 0 is supported");
  CHECK(node_fault(7, "Split", {2, 3}, {}, {integer("axis", 1), ints("split", {2})}) ==
        "net.onnx: node 'n' (Split): split is [2]; expected 1 sizes that add up to 3");
  CHECK(node_fault(13, "Concat", {2, 3}, {"floats"}, {integer("axis", 1)}, lists) ==
        "net.onnx: node 'n' (Concat): input 'floats' is a constant; expected a tensor that the network "
        "computes");
}

TEST_CASE("faults: pools and resizing") {
  const Shape x = {1, 2, 4, 4};
  CHECK(node_fault(13, "MaxPool", x, {}, {}) ==
        "net.onnx: node 'n' (MaxPool): attribute kernel_shape is missing");
  CHECK(node_fault(13, "MaxPool", x, {}, {ints("kernel_shape", {2, 2}), ints("pads", {2, 0, 0, 0})}) ==
        "net.onnx: node 'n' (MaxPool): padding 2 is not smaller than the window of 2; some windows would "
        "hold padding only");
  CHECK(node_fault(13, "AveragePool", x, {}, {ints("kernel_shape", {5, 5})}) ==
        "net.onnx: node 'n' (AveragePool): the window spans 5 rows but the padded input has 4");
  CHECK(node_fault(13, "ReduceMean", x, {}, {ints("axes", {1})}) ==
        "net.onnx: node 'n' (ReduceMean): a mean over axes [1] of an input of shape [1, 2, 4, 4]; only the "
        "mean over all axes from 2 on (height and width of N, C, H, W) is supported");
  const auto resize = [&](const std::vector<float>& scales, const std::vector<Attribute>& attributes) {
    return node_fault(13, "Resize", x, {"", "s"}, attributes,
                      [&](OnnxBuilder& network) { network.initializer("s", {4}, scales); });
  };
  CHECK(resize({1, 1, 1.5f, 2}, {}) ==
        "net.onnx: node 'n' (Resize): scales holds 1.500000; only whole factors from 1 for height and width "
        "(and 1 for the others) are supported");
  CHECK(resize({1, 2, 2, 2}, {}) ==
        "net.onnx: node 'n' (Resize): factors [1, 2, 2, 2] for an input of shape [1, 2, 4, 4]; only whole "
        "factors from 1 for height and width (and 1 for the others) are supported");
  CHECK(resize({1, 1, 2, 2}, {text("mode", "cubic")}) ==
        "net.onnx: node 'n' (Resize): mode is 'cubic'; expected nearest or linear");
  CHECK(resize({1, 1, 3, 3}, {text("coordinate_transformation_mode", "asymmetric")}) ==
        "net.onnx: node 'n' (Resize): nearest by 3 with asymmetric and round_prefer_floor takes other "
        "elements than floor(output / factor), the only rule supported");
  CHECK(resize({1, 1, 2, 2},
               {text("mode", "linear"), text("coordinate_transformation_mode", "align_corners")}) ==
        "net.onnx: node 'n' (Resize): coordinate_transformation_mode is 'align_corners'; expected "
        "half_pixel, pytorch_half_pixel or asymmetric");
}

TEST_CASE("describe: every operator is listed once, in order, with what runs it") {
  std::string before;
  for (const OperatorSupport& row : supported_operators()) {
    CHECK(before < row.onnx_name);
    CHECK((row.runs_on == "MMA" || row.runs_on == "DSP" || row.runs_on == "DMA" || row.runs_on == "folded"));
    CHECK_FALSE(row.opsets.empty());
    before = row.onnx_name;
  }
}
