// Weights of one layer as integers: the largest magnitude of each channel, and rounding half away from zero.
// Which step to use is decided elsewhere (linear_plan.cpp).
#pragma once

#include <string>
#include <vector>

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime::quantization {

// Consecutive weights of one output channel.
struct WeightRun {
  size_t channel = 0, begin = 0, count = 0;
};

// The weights of Conv, ConvTranspose, Gemm and BatchNorm seen alike. Effective value: values[i] *
// scale[channel].
struct WeightedLayer {
  std::string weights_name;
  size_t channels = 0;
  bool is_depthwise = false;  // a convolution of one channel each
  Shape shape;
  std::vector<WeightRun> runs;    // in the order of the values
  const float* values = nullptr;  // one of the two, or neither without values
  const double* exact_values = nullptr;
  const std::vector<double>* scale = nullptr;  // empty: 1
  const std::vector<double>* bias = nullptr;   // empty: 0
  double margin = 1.0;                         // of the output range

  double scale_of(size_t channel) const {
    return scale == nullptr || scale->empty() ? 1.0 : (*scale)[channel];
  }
  double bias_of(size_t channel) const { return bias == nullptr || bias->empty() ? 0.0 : (*bias)[channel]; }
};

WeightedLayer view(const Conv& conv);
WeightedLayer view(const ConvTranspose& conv);
WeightedLayer view(const Gemm& gemm);
WeightedLayer view(const BatchNorm& norm);

// Largest |effective weight| of every channel. UserError if one is not finite.
std::vector<double> largest_magnitudes(const WeightedLayer& layer);

// Smallest and largest effective weight, with zero. UserError if one is not finite.
Range value_range(const WeightedLayer& layer);

// Which integers weights become: q = SAT(R(value * scale * inv_step) + zero_point, low, high).
struct WeightGrid {
  uint32_t bits = 8;
  int64_t low = 0, high = 0, zero_point = 0;
  isa::Rounding rounding = isa::Rounding::half_away;
};

// inv_step: one, or one per channel.
IntegerArray quantize_weights(const WeightedLayer& layer, const WeightGrid& grid,
                              const std::vector<double>& inv_step);

std::vector<int128> channel_sums(const WeightedLayer& layer, const IntegerArray& weights);

// sum (a - za)(w - zw) = sum a w - zw sum a - za sum w + K za zw: the last two terms, one per output channel.
std::vector<int128> zero_point_terms(const WeightedLayer& layer, const IntegerArray& weights,
                                     int64_t input_zero, int64_t weight_zero);

}  // namespace mmasim::runtime::quantization
