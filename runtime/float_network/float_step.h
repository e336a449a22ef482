// One node of the float run. The functions below are the operators; each fills y, whose shape is set, but
// leaves the node's activation to the caller (run_float.cpp).
#pragma once

#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime::quantization {

struct FloatStep {
  const Node& node;
  std::vector<const FloatTensor*> x;
  FloatTensor& y;
  unsigned threads = 1;
};

// float_convolution.cpp and float_gemm.cpp. An output is float(bias), then plus value * weight in the order
// of the weights of its channel (input channel, filter row, filter column); padding counts as zeros.
void evaluate(const Conv& conv, const FloatStep& step);
void evaluate(const ConvTranspose& conv, const FloatStep& step);
void evaluate(const Gemm& gemm, const FloatStep& step);
// float_elementwise.cpp
void evaluate(const BatchNorm& norm, const FloatStep& step);
void evaluate(const Clip& clip, const FloatStep& step);
void evaluate(const Prelu& prelu, const FloatStep& step);
void evaluate(const Unary& unary, const FloatStep& step);
void evaluate(const Add& add, const FloatStep& step);
void evaluate(const Sub& sub, const FloatStep& step);
void evaluate(const Mul& mul, const FloatStep& step);
void evaluate(const Softmax& softmax, const FloatStep& step);
void evaluate(const ArgMax& argmax, const FloatStep& step);
// float_pool.cpp
void evaluate(const MaxPool& pool, const FloatStep& step);
void evaluate(const AveragePool& pool, const FloatStep& step);
void evaluate(const GlobalAveragePool& pool, const FloatStep& step);
void evaluate(const Resize& resize, const FloatStep& step);
// float_movement.cpp
void evaluate(const Concat& concat, const FloatStep& step);
void evaluate(const Pad& pad, const FloatStep& step);
void evaluate(const Reshape& reshape, const FloatStep& step);
void evaluate(const Transpose& transpose, const FloatStep& step);
void evaluate(const Slice& slice, const FloatStep& step);

// rows[rows_count][depth] times weights[channels][depth]^T, plus bias: Gemm, and a Conv that sees its whole
// map.
struct GemmOperands {
  const float* rows;
  int64_t row_count, depth, channels;
  const Weights& weights;
  const std::vector<double>& weight_scale;
  const std::vector<double>& bias;
};
void multiply(const GemmOperands& operands, unsigned threads, float* y);

// Weights of a layer in float32: float(values[i] * scale[channel]), the product in binary64.
const float* values_of(const Weights& weights);  // a layer without values is a bug of the caller
inline float effective(float value, const std::vector<double>& scale, int64_t channel) {
  return scale.empty() ? value
                       : static_cast<float>(static_cast<double>(value) * scale[static_cast<size_t>(channel)]);
}
inline float bias_of(const std::vector<double>& bias, int64_t channel) {
  return bias.empty() ? 0.0f : static_cast<float>(bias[static_cast<size_t>(channel)]);
}

}  // namespace mmasim::runtime::quantization
