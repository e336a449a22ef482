// Every operator that `describe operators` lists, in a small ONNX file of its own, run through the whole
// program at every width: every tensor must be the reference's.
#include <algorithm>
#include <functional>
#include <map>

#include "runtime/import/operators/supported_operators.h"
#include "tests/kit/onnx_builder.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using namespace mmasim::tests;
using runtime::test::TemporaryFolder;

namespace {

using Names = OnnxBuilder::Names;
using Attributes = OnnxBuilder::Attributes;

// x [1, 6, 10, 12] -> Conv -> t [1, 9, 10, 12], for an operator to work on; the network's output is y.
OnnxBuilder after_conv(int64_t opset = 13) {
  OnnxBuilder network(opset);
  network.input("x", {1, 6, 10, 12}).add_conv("before", "x", "t", {9, 6, 1, 1}).output("y");
  return network;
}

OnnxBuilder one_node(const std::string& op, const Attributes& attributes = {}, int64_t opset = 13) {
  return after_conv(opset).add_node(op, {"t"}, {"y"}, attributes);
}

// Two tensors of the same shape, t and u.
OnnxBuilder two_branches() {
  return after_conv().add_conv("other", "x", "u", {9, 6, 3, 3}, {ints("pads", {1, 1, 1, 1})});
}

OnnxBuilder rows() {  // x [5, 30]
  OnnxBuilder network(13);
  network.input("x", {5, 30}).output("y");
  return network;
}

// t reshaped by a shape that the network computes: [1, c, 120] for some c that is computed as floats.
OnnxBuilder computed_shape(const std::string& rounding, float channels) {
  return after_conv()
      .initializer("channels", {1}, {channels})
      .integers("batch", {1})
      .integers("map", {120})
      .add_node(rounding, {"channels"}, {"whole"})
      .add_node("Cast", {"whole"}, {"count"}, {integer("to", onnx::TensorProto::INT64)})
      .add_node("Concat", {"batch", "count", "map"}, {"shape"}, {integer("axis", 0)})
      .add_node("Reshape", {"t", "shape"}, {"y"});
}

// The flattening that exporters write: the batch read from the shape.
OnnxBuilder flattened_by_shape() {
  return after_conv()
      .integers("zero", {0})
      .integers("rest", {-1})
      .add_node("Shape", {"t"}, {"s"})
      .add_node("Gather", {"s", "zero"}, {"batch"}, {integer("axis", 0)})
      .add_node("Concat", {"batch", "rest"}, {"shape"}, {integer("axis", 0)})
      .add_node("Reshape", {"t", "shape"}, {"y"});
}

using Make = std::function<OnnxBuilder()>;

// By operator; several where forms differ.
const std::multimap<std::string, Make>& cases() {
  static const std::multimap<std::string, Make> kCases = {
      {"Add",
       [] {
         return two_branches().add_node("Add", {"t", "u"}, {"y"});
       }},
      {"ArgMax",
       [] {
         return one_node("ArgMax", {integer("axis", 1), integer("keepdims", 0)});
       }},
      {"AveragePool",
       [] {
         return one_node("AveragePool", {ints("kernel_shape", {3, 2}), ints("strides", {2, 2}),
                                         ints("pads", {1, 0, 1, 0}), integer("count_include_pad", 1)});
       }},
      {"AveragePool",
       [] {
         return one_node("AveragePool", {ints("kernel_shape", {3, 3}), ints("pads", {1, 1, 1, 1})});
       }},
      {"BatchNormalization",
       [] {
         return after_conv()
             .add_node("Relu", {"t"}, {"r"})  // nothing with weights to fold it into
             .add_batch_norm("norm", "r", "y", 9);
       }},
      {"Cast", [] { return computed_shape("Floor", 9.5f); }},
      {"Ceil", [] { return computed_shape("Ceil", 8.5f); }},
      {"Clip",
       [] {
         return after_conv()
             .initializer("low", onnx::TensorProto(float_tensor({}, {-0.5f})))
             .initializer("high", onnx::TensorProto(float_tensor({}, {0.75f})))
             .add_node("Clip", {"t", "low", "high"}, {"y"});
       }},
      {"Concat",
       [] {
         return two_branches().add_node("Concat", {"t", "u"}, {"y"}, {integer("axis", 1)});
       }},
      {"Constant",
       [] {
         return after_conv()
             .add_node("Constant", {}, {"k"},
                       {tensor("value", float_tensor({1, 9, 1, 1}, sample_values("k", 9)))})
             .add_node("Mul", {"t", "k"}, {"y"});
       }},
      {"ConstantOfShape",
       [] {
         return after_conv()
             .integers("shape", {1, 9, 1, 1})
             .add_node("ConstantOfShape", {"shape"}, {"k"}, {tensor("value", float_tensor({1}, {0.75f}))})
             .add_node("Add", {"t", "k"}, {"y"});
       }},
      {"Conv",
       [] {
         return after_conv().add_conv(
             "conv", "t", "y", {70, 9, 3, 3},
             {ints("strides", {2, 1}), ints("pads", {1, 0, 2, 1}), ints("dilations", {1, 2})});
       }},
      {"Conv",  // grouped
       [] {
         return after_conv().add_conv("conv", "t", "y", {12, 3, 3, 3}, {integer("group", 3)});
       }},
      {"Conv",  // depthwise
       [] {
         return after_conv().add_conv("conv", "t", "y", {9, 1, 3, 3}, {integer("group", 9)});
       }},
      {"ConvTranspose",
       [] {
         return after_conv()
             .initializer("w", {9, 5, 3, 3})
             .add_node("ConvTranspose", {"t", "w"}, {"y"},
                       {ints("strides", {2, 2}), ints("pads", {1, 1, 1, 1}), ints("output_padding", {1, 1})});
       }},
      {"Div",
       [] {
         return after_conv().initializer("k", {1}, {1.5f}).add_node("Div", {"t", "k"}, {"y"});
       }},
      {"Dropout", [] { return one_node("Dropout"); }},
      {"Flatten", [] { return one_node("Flatten"); }},
      {"Floor", [] { return computed_shape("Floor", 9.5f); }},
      {"Gather", flattened_by_shape},
      {"Gemm",
       [] {
         return rows().add_gemm("fc", "x", "y", {70, 30});
       }},
      {"GlobalAveragePool", [] { return one_node("GlobalAveragePool"); }},
      {"HardSigmoid",
       [] {
         return one_node("HardSigmoid", {real("alpha", 0.25f), real("beta", 0.4f)});
       }},
      {"HardSwish", [] { return one_node("HardSwish", {}, 14); }},
      {"Identity", [] { return one_node("Identity"); }},
      {"LeakyRelu", [] { return one_node("LeakyRelu", {real("alpha", 0.1f)}); }},
      {"MatMul",
       [] {
         return rows().initializer("w", {30, 70}).add_node("MatMul", {"x", "w"}, {"y"});
       }},
      {"MaxPool",
       [] {
         return one_node("MaxPool", {ints("kernel_shape", {3, 3}), ints("strides", {2, 2}),
                                     ints("pads", {1, 1, 0, 0}), integer("ceil_mode", 1)});
       }},
      {"Mul",
       [] {
         return two_branches().add_node("Mul", {"t", "u"}, {"y"});
       }},
      {"PRelu",
       [] {
         return after_conv().initializer("slope", {9, 1, 1}).add_node("PRelu", {"t", "slope"}, {"y"});
       }},
      {"Pad",
       [] {
         return after_conv().integers("pads", {0, 0, 1, 2, 0, 0, 3, 0}).add_node("Pad", {"t", "pads"}, {"y"});
       }},
      {"ReduceMean",
       [] {
         return one_node("ReduceMean", {ints("axes", {2, 3}), integer("keepdims", 0)});
       }},
      {"Relu", [] { return one_node("Relu"); }},
      {"Reshape",
       [] {
         return after_conv().integers("shape", {1, 3, 30, 12}).add_node("Reshape", {"t", "shape"}, {"y"});
       }},
      {"Resize",
       [] {
         return after_conv()
             .initializer("scales", {4}, {1, 1, 2, 3})
             .add_node("Resize", {"t", "", "scales"}, {"y"},
                       {text("mode", "linear"), text("coordinate_transformation_mode", "half_pixel")});
       }},
      {"Resize",
       [] {
         return after_conv()
             .initializer("scales", {4}, {1, 1, 2, 2})
             .add_node("Resize", {"t", "", "scales"}, {"y"},
                       {text("mode", "nearest"), text("coordinate_transformation_mode", "asymmetric"),
                        text("nearest_mode", "floor")});
       }},
      {"Shape", flattened_by_shape},
      {"Sigmoid", [] { return one_node("Sigmoid"); }},
      {"Slice",
       [] {
         return after_conv()
             .integers("starts", {8, 1})
             .integers("ends", {-100, 9})
             .integers("axes", {1, 2})
             .integers("steps", {-1, 2})
             .add_node("Slice", {"t", "starts", "ends", "axes", "steps"}, {"y"});
       }},
      {"Softmax", [] { return one_node("Softmax", {integer("axis", 1)}); }},
      {"Split",
       [] {
         return after_conv()
             .integers("sizes", {4, 5})
             .add_node("Split", {"t", "sizes"}, {"y", "z"}, {integer("axis", 1)})
             .output("z");
       }},
      {"Squeeze",
       [] {
         return after_conv()
             .integers("axes", {2, 3})
             .add_node("GlobalAveragePool", {"t"}, {"g"})
             .add_node("Squeeze", {"g", "axes"}, {"y"});
       }},
      {"Sub",
       [] {
         return two_branches().add_node("Sub", {"t", "u"}, {"y"});
       }},
      {"Transpose",
       [] {
         return one_node("Transpose", {ints("perm", {0, 2, 3, 1})});
       }},
      {"Unsqueeze",
       [] {
         return after_conv().integers("axes", {2}).add_node("Unsqueeze", {"t", "axes"}, {"y"});
       }},
      {"Upsample",
       [] {
         return after_conv(9)
             .initializer("scales", {4}, {1, 1, 2, 2})
             .add_node("Upsample", {"t", "scales"}, {"y"}, {text("mode", "nearest")});
       }},
  };
  return kCases;
}

}  // namespace

TEST_CASE("operators: the cases are those that the program says it supports") {
  for (const auto& support : runtime::supported_operators()) {
    CAPTURE(support.onnx_name);
    CHECK(cases().count(support.onnx_name) >= 1);
  }
  for (const auto& [op, make] : cases()) {
    CAPTURE(op);
    const OnnxBuilder network = make();
    const auto& nodes = network.graph().node();
    CHECK(std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) { return node.op_type() == op; }));
  }
}

TEST_CASE("operators: each alone gives the reference's integers at every width") {
  const TemporaryFolder folder("operators");
  for (const auto& [op, make] : cases()) {
    CAPTURE(op);
    make().save(folder.file("net.onnx"));
    for (const std::string precision : {"int8", "int16", "int32"}) {
      CAPTURE(precision);
      const auto said =
          command_line("run " + folder.file("net.onnx") + " --verify=layers --quiet --precision " +
                       precision + " --out " + folder.file("out"));
      CAPTURE(said.error);
      REQUIRE(said.exit_code == 0);
      const auto verify = json_of_file(folder.file("out/report.json"))["verify"];
      CHECK(verify["mode"] == "layers");
      CHECK(verify["compared_tensors"].get<uint64_t>() >= 1);
      CHECK(verify["compared_values"].get<uint64_t>() >= 9);
      CHECK(verify["mismatches"] == 0);
    }
  }
}
