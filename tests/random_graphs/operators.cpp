#include "tests/random_graphs/operators.h"

namespace mmasim::random_graphs {

const std::vector<DrawnOperator>& drawn_operators() {
  static const std::vector<DrawnOperator> kTable = {
      {"Relu", draw_relu},
      {"Conv", draw_conv},
      {"Add", draw_add},
      {"Gemm", draw_gemm},
      {"MatMul", draw_matmul},
      {"MaxPool", draw_max_pool},
      {"AveragePool", draw_average_pool},
      {"GlobalAveragePool", draw_global_average_pool},
      {"ReduceMean", draw_reduce_mean},
      {"BatchNormalization", draw_batch_normalization},
      {"Mul", draw_mul},
      {"Sub", draw_sub},
      {"Div", draw_div},
      {"Clip", draw_clip},
      {"PRelu", draw_prelu},
      {"LeakyRelu", draw_leaky_relu},
      {"Sigmoid", draw_sigmoid},
      {"HardSigmoid", draw_hard_sigmoid},
      {"HardSwish", draw_hard_swish, 14},
      {"Softmax", draw_softmax},
      {"ArgMax", draw_argmax},
      {"ConvTranspose", draw_conv_transpose},
      {"Concat", draw_concat},
      {"Pad", draw_pad},
      {"Slice", draw_slice},
      {"Split", draw_split},
      {"Resize", draw_resize, 10},
      {"Upsample", draw_upsample, 7, 9},
      {"Flatten", draw_flatten},
      {"Reshape", draw_reshape},
      {"Squeeze", draw_squeeze},
      {"Unsqueeze", draw_unsqueeze},
      {"Transpose", draw_transpose},
      {"Identity", draw_identity},
      {"Dropout", draw_dropout},
      {"Cast", draw_cast},
      {"Ceil", draw_ceil},
      {"Floor", draw_floor},
      {"Constant", draw_constant},
      {"ConstantOfShape", draw_constant_of_shape, 9},
      {"Gather", draw_gather},
      {"Shape", draw_shape},
  };
  return kTable;
}

}  // namespace mmasim::random_graphs
