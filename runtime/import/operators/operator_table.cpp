#include "runtime/import/operators/operator_table.h"

#include <vector>

#include "isa/kit/nearest_word.h"
#include "runtime/import/operators/operators.h"
#include "runtime/import/operators/supported_operators.h"

namespace mmasim::runtime::importing {
namespace {

const std::vector<OperatorEntry>& table() {
  static const std::vector<OperatorEntry> kTable = {
      {{"Add", "1-21", "DSP",
        "two tensors, of which either or both may broadcast, or a tensor and a constant that broadcasts to "
        "it; "
        "two tensors repeat along at most four separate groups of axes where the rank is not 2 or 4"},
       import_add},
      {{"ArgMax", "1-21", "DSP", "any axis; the lowest index of equal values"}, import_argmax},
      {{"AveragePool", "1-21", "DSP",
        "one- or two-dimensional; any padding smaller than the window, counted or not; ceil_mode"},
       import_average_pool},
      {{"BatchNormalization", "1-21", "folded",
        "inference only, constant parameters; folded into the operator with weights before it, else run on "
        "the DSP"},
       import_batch_normalization},
      {{"Cast", "1-21", "folded",
        "of constants to float, int32, int64 or bool; of data between float types, where it does nothing"},
       import_cast},
      {{"Ceil", "1-21", "folded", "of constants only"}, nullptr},
      {{"Clip", "1-21", "folded",
        "constant bounds; the activation of the operator before it where that has no other reader, else run "
        "on the DSP"},
       import_clip},
      {{"Concat", "1-21", "DMA", "any axis; constant zeros before or after a tensor become padding"},
       import_concat},
      {{"Constant", "1-21", "folded", "float and integer values"}, nullptr},
      {{"ConstantOfShape", "9-21", "folded", "of a constant shape"}, nullptr},
      {{"Conv", "1-21", "MMA",
        "one- or two-dimensional, constant weights; groups, dilations, uneven padding and auto_pad; a "
        "depthwise convolution runs on the MMA or the DSP, whichever is estimated to be faster"},
       import_conv},
      {{"ConvTranspose", "1-21", "MMA",
        "one- or two-dimensional, constant weights; groups, dilations, output_padding and output_shape"},
       import_conv_transpose},
      {{"Div", "1-21", "folded", "by a constant that broadcasts to the tensor"}, import_div},
      {{"Dropout", "1-21", "folded", "inference only: does nothing"}, import_dropout},
      {{"Flatten", "1-21", "DMA", ""}, import_flatten},
      {{"Floor", "1-21", "folded", "of constants only"}, nullptr},
      {{"Gather", "1-21", "folded", "of constants only"}, nullptr},
      {{"Gemm", "1-21", "MMA", "constant B; C constant and the same for every row; transA 0"}, import_gemm},
      {{"GlobalAveragePool", "1-21", "DSP", "any number of dimensions"}, import_global_average_pool},
      {{"HardSigmoid", "1-21", "DSP", ""}, import_hard_sigmoid},
      {{"HardSwish", "14-21", "DSP", "also as x * HardSigmoid(x) and x * Clip(x + 3, 0, 6) / 6 in any opset"},
       import_hard_swish},
      {{"Identity", "1-21", "folded", "does nothing"}, import_identity},
      {{"LeakyRelu", "1-21", "DSP", ""}, import_leaky_relu},
      {{"MatMul", "1-21", "MMA",
        "a tensor times a constant of two dimensions, or such a constant times a tensor"},
       import_matmul},
      {{"MaxPool", "1-21", "DSP",
        "one- or two-dimensional, first output only; dilations, ceil_mode and any padding smaller than the "
        "window"},
       import_max_pool},
      {{"Mul", "1-21", "DSP", "as Add"}, import_mul},
      {{"PRelu", "1-21", "DSP", "constant slope that broadcasts to the tensor"}, import_prelu},
      {{"Pad", "1-21", "DMA",
        "any axes, mode constant with value 0; merged into a convolution or average pool behind it where "
        "that "
        "is the same"},
       import_pad},
      {{"ReduceMean", "1-21", "DSP",
        "over all axes from 2 on (height and width of N, C, H, W), with or without keepdims"},
       import_reduce_mean},
      {{"Relu", "1-21", "folded",
        "the activation of the operator before it where that has no other reader, else run on the DSP"},
       import_relu},
      {{"Reshape", "1-21", "DMA",
        "constant or computed from shapes; a literal batch of 1 follows the batch that is run"},
       import_reshape},
      {{"Resize", "10-21", "DSP",
        "height and width by whole factors; nearest where it takes element floor(output / factor), linear "
        "with half_pixel, pytorch_half_pixel or asymmetric coordinates"},
       import_resize},
      {{"Shape", "1-21", "folded", ""}, nullptr},
      {{"Sigmoid", "1-21", "DSP", ""}, import_sigmoid},
      {{"Slice", "1-21", "DMA", "constant starts, ends, axes and steps, also negative ones"}, import_slice},
      {{"Softmax", "1-21", "DSP", "any axis; before opset 13 also several taken as one"}, import_softmax},
      {{"Split", "1-21", "DMA", "constant sizes or equal parts"}, import_split},
      {{"Squeeze", "1-21", "DMA", ""}, import_squeeze},
      {{"Sub", "1-21", "DSP", "as Add"}, import_sub},
      {{"Transpose", "1-21", "DMA", "any permutation"}, import_transpose},
      {{"Unsqueeze", "1-21", "DMA", ""}, import_unsqueeze},
      {{"Upsample", "1-9", "DSP", "height and width by whole factors, nearest or linear"}, import_upsample},
  };
  return kTable;
}

}  // namespace

const OperatorEntry* find_operator(const std::string& onnx_name) {
  for (const OperatorEntry& entry : table()) {
    if (entry.support.onnx_name == onnx_name) return &entry;
  }
  return nullptr;
}

std::string nearest_operator(const std::string& onnx_name) {
  std::vector<std::string> names;
  for (const OperatorEntry& entry : table()) names.push_back(entry.support.onnx_name);
  return isa::likely_word(onnx_name, names);
}

}  // namespace mmasim::runtime::importing

namespace mmasim::runtime {

const std::vector<OperatorSupport>& supported_operators() {
  static const std::vector<OperatorSupport> kSupport = [] {
    std::vector<OperatorSupport> rows;
    for (const auto& entry : importing::table()) rows.push_back(entry.support);
    return rows;
  }();
  return kSupport;
}

}  // namespace mmasim::runtime
