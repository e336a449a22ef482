// See weights.h. The loops over values are compiled per SIMD level; all are elementwise or integer.
#include "runtime/quantize/weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "isa/kit/simd.h"
#include "runtime/quantize/rounding.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::quantization {

namespace {

constexpr uint32_t kMagnitude = 0x7fffffff, kInfinity = 0x7f800000;  // of a binary32's bits

// The bits of non-negative floats order as the floats do, with infinity and NaN above all.
MMASIM_SIMD_CLONES uint32_t largest_magnitude_bits(const float* values, size_t count) {
  uint32_t largest = 0;
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, values + i, sizeof bits);
    bits &= kMagnitude;
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

template <class Value, class Integer>
inline __attribute__((always_inline)) void round_run(const Value* values, size_t count, double scale,
                                                     double inv_step, double low, double high, Integer* out) {
  for (size_t i = 0; i < count; ++i) {
    double v = static_cast<double>(values[i]) * scale * inv_step;
    v = v < low ? low : v;
    v = v > high ? high : v;
    int32_t q = static_cast<int32_t>(v);  // towards zero; the part cut off is exact
    const double rest = v - q;
    q += rest >= 0.5 ? 1 : 0;
    q -= rest <= -0.5 ? 1 : 0;
    out[i] = static_cast<Integer>(q);
  }
}

#define MMASIM_ROUND_RUN(Value, Integer)                                                                 \
  MMASIM_SIMD_CLONES void round_values(const Value* values, size_t count, double scale, double inv_step, \
                                       double low, double high, Integer* out) {                          \
    round_run(values, count, scale, inv_step, low, high, out);                                           \
  }
MMASIM_ROUND_RUN(float, int8_t)
MMASIM_ROUND_RUN(float, int16_t)
MMASIM_ROUND_RUN(float, int32_t)
MMASIM_ROUND_RUN(double, int8_t)
MMASIM_ROUND_RUN(double, int16_t)
MMASIM_ROUND_RUN(double, int32_t)
#undef MMASIM_ROUND_RUN

std::vector<WeightRun> one_run_a_channel(size_t channels, size_t count) {
  std::vector<WeightRun> runs;
  for (size_t channel = 0; channel < channels; ++channel) runs.push_back({channel, channel * count, count});
  return runs;
}

void set_weights(WeightedLayer& layer, const Weights& weights) {
  layer.weights_name = weights.name;
  layer.shape = weights.shape;
  if (!weights.values) return;
  if (static_cast<int64_t>(weights.values->size()) != element_count(weights.shape)) {
    throw std::logic_error("weights '" + weights.name + "' hold " + std::to_string(weights.values->size()) +
                           " values for a shape of " + std::to_string(element_count(weights.shape)));
  }
  layer.values = weights.values->data();
}

template <class Integer>
void quantize_runs(const WeightedLayer& layer, const std::vector<double>& inv_step, int64_t low, int64_t high,
                   std::vector<Integer>& out) {
  out.resize(static_cast<size_t>(element_count(layer.shape)));
  for (const WeightRun& run : layer.runs) {
    const double inv = inv_step.size() == 1 ? inv_step[0] : inv_step[run.channel];
    const double scale = layer.scale_of(run.channel);
    const auto from = static_cast<double>(low), to = static_cast<double>(high);
    Integer* const target = out.data() + run.begin;
    if (layer.values) {
      round_values(layer.values + run.begin, run.count, scale, inv, from, to, target);
    } else {
      round_values(layer.exact_values + run.begin, run.count, scale, inv, from, to, target);
    }
  }
}

// visit(index, channel, effective value) for every weight
template <class Visit>
void for_each_weight(const WeightedLayer& layer, Visit&& visit) {
  for (const WeightRun& run : layer.runs) {
    const double scale = layer.scale_of(run.channel);
    for (size_t i = run.begin; i < run.begin + run.count; ++i) {
      const double value = layer.values ? static_cast<double>(layer.values[i]) : layer.exact_values[i];
      visit(i, run.channel, value * scale);
    }
  }
}

double rounded(double v, isa::Rounding rounding) {
  switch (rounding) {
    case isa::Rounding::half_up:
      return round_half_up(v);
    case isa::Rounding::half_even:
      return round_half_even(v);
    case isa::Rounding::half_away:
      return round_half_away(v);
    case isa::Rounding::floor:
      return std::floor(v);
  }
  throw std::logic_error("unknown rounding");
}

template <class Integer>
void quantize_one_by_one(const WeightedLayer& layer, const std::vector<double>& inv_step,
                         const WeightGrid& grid, std::vector<Integer>& out) {
  out.resize(static_cast<size_t>(element_count(layer.shape)));
  for_each_weight(layer, [&](size_t index, size_t channel, double value) {
    const double inv = inv_step.size() == 1 ? inv_step[0] : inv_step[channel];
    const double level = rounded(value * inv, grid.rounding) + static_cast<double>(grid.zero_point);
    out[index] = static_cast<Integer>(saturate(level, grid.low, grid.high));
  });
}

// The vector of an array's width.
template <class Visit>
void with_integers(IntegerArray& array, Visit&& visit) {
  if (array.bits == 8) visit(array.s8);
  if (array.bits == 16) visit(array.s16);
  if (array.bits == 32) visit(array.s32);
}

}  // namespace

WeightedLayer view(const Conv& conv) {
  WeightedLayer layer;
  set_weights(layer, conv.weights);
  const auto& shape = conv.weights.shape;
  layer.channels = static_cast<size_t>(shape.at(0));
  layer.is_depthwise = conv.groups > 1 && conv.groups == shape.at(0) && shape.at(1) == 1;
  layer.runs =
      one_run_a_channel(layer.channels, static_cast<size_t>(shape.at(1) * shape.at(2) * shape.at(3)));
  layer.scale = &conv.weight_scale;
  layer.bias = &conv.bias;
  return layer;
}

WeightedLayer view(const ConvTranspose& conv) {
  WeightedLayer layer;
  set_weights(layer, conv.weights);
  const auto& shape = conv.weights.shape;  // I, O/groups, kh, kw
  const auto inputs = static_cast<size_t>(shape.at(0)), per_group = static_cast<size_t>(shape.at(1));
  const auto cells = static_cast<size_t>(shape.at(2) * shape.at(3)),
             groups = static_cast<size_t>(conv.groups);
  layer.channels = per_group * groups;
  for (size_t ic = 0; ic < inputs; ++ic) {
    const size_t group = ic / (inputs / groups);
    for (size_t oc = 0; oc < per_group; ++oc) {
      layer.runs.push_back({group * per_group + oc, (ic * per_group + oc) * cells, cells});
    }
  }
  layer.scale = &conv.weight_scale;
  layer.bias = &conv.bias;
  return layer;
}

WeightedLayer view(const Gemm& gemm) {
  WeightedLayer layer;
  set_weights(layer, gemm.weights);
  layer.channels = static_cast<size_t>(gemm.weights.shape.at(0));
  layer.runs = one_run_a_channel(layer.channels, static_cast<size_t>(gemm.weights.shape.at(1)));
  layer.scale = &gemm.weight_scale;
  layer.bias = &gemm.bias;
  return layer;
}

WeightedLayer view(const BatchNorm& norm) {
  WeightedLayer layer;
  layer.weights_name = "scale";
  layer.channels = static_cast<size_t>(norm.channels);
  layer.shape = {norm.channels};
  layer.runs = one_run_a_channel(layer.channels, 1);
  layer.exact_values = norm.scale.empty() ? nullptr : norm.scale.data();
  layer.bias = &norm.shift;
  return layer;
}

std::vector<double> largest_magnitudes(const WeightedLayer& layer) {
  std::vector<double> largest(layer.channels, 0.0);
  for (const WeightRun& run : layer.runs) {
    double magnitude = 0;
    if (layer.values) {
      const uint32_t bits = largest_magnitude_bits(layer.values + run.begin, run.count);
      float value;
      std::memcpy(&value, &bits, sizeof value);
      magnitude =
          bits >= kInfinity ? INFINITY : static_cast<double>(value) * std::fabs(layer.scale_of(run.channel));
    } else {
      for (size_t i = 0; i < run.count; ++i) {
        const double value = std::fabs(layer.exact_values[run.begin + i]);
        magnitude = value <= magnitude ? magnitude : value;  // NaN wins
      }
    }
    if (!std::isfinite(magnitude)) {
      throw UserError("weights '" + layer.weights_name + "' of output channel " +
                      std::to_string(run.channel) + " hold a value that is not finite");
    }
    largest[run.channel] = std::max(largest[run.channel], magnitude);
  }
  return largest;
}

Range value_range(const WeightedLayer& layer) {
  largest_magnitudes(layer);  // refuses what is not finite
  Range range;
  for_each_weight(layer, [&](size_t, size_t, double value) {
    range = {std::min(range.low, value), std::max(range.high, value)};
  });
  return range;
}

IntegerArray quantize_weights(const WeightedLayer& layer, const WeightGrid& grid,
                              const std::vector<double>& inv_step) {
  IntegerArray result;
  result.bits = grid.bits;
  result.shape = layer.shape;
  if (!layer.values && !layer.exact_values) return result;
  const bool is_usual = grid.rounding == isa::Rounding::half_away && grid.zero_point == 0;
  with_integers(result, [&](auto& integers) {
    if (is_usual) {
      quantize_runs(layer, inv_step, grid.low, grid.high, integers);
    } else {
      quantize_one_by_one(layer, inv_step, grid, integers);
    }
  });
  return result;
}

std::vector<int128> channel_sums(const WeightedLayer& layer, const IntegerArray& weights) {
  std::vector<int128> sums(layer.channels, 0);
  for (const WeightRun& run : layer.runs) {
    int64_t sum = 0;  // of at most 2^31 terms of 32 bits
    for (size_t i = run.begin; i < run.begin + run.count; ++i) sum += weights.at(i);
    sums[run.channel] += sum;
  }
  return sums;
}

std::vector<int128> zero_point_terms(const WeightedLayer& layer, const IntegerArray& weights,
                                     int64_t input_zero, int64_t weight_zero) {
  std::vector<int128> terms(layer.channels, 0);
  const int128 zero = input_zero;
  if (zero == 0) return terms;
  const std::vector<int128> sums = channel_sums(layer, weights);
  for (const WeightRun& run : layer.runs)
    terms[run.channel] += static_cast<int128>(run.count) * zero * weight_zero;
  for (size_t channel = 0; channel < terms.size(); ++channel) terms[channel] -= zero * sums[channel];
  return terms;
}

}  // namespace mmasim::runtime::quantization
