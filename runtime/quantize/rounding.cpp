// Exactness comes from frexp: a logarithm in floating point would be off by one at powers of two.
#include "runtime/quantize/rounding.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mmasim::runtime::quantization {

namespace {

// positive = m * 2^e with m in [0.5, 1)
double split(double positive, int* exponent) {
  if (!(positive > 0) || !std::isfinite(positive)) {
    throw std::logic_error("logarithm or multiplier of " + std::to_string(positive));
  }
  return std::frexp(positive, exponent);
}

}  // namespace

int ceil_log2(double positive) {
  int exponent = 0;
  return split(positive, &exponent) == 0.5 ? exponent - 1 : exponent;
}

int floor_log2(double positive) {
  int exponent = 0;
  split(positive, &exponent);
  return exponent - 1;
}

bool is_power_of_two(double positive) {
  int exponent = 0;
  return split(positive, &exponent) == 0.5;
}

int64_t saturate(double v, int64_t low, int64_t high) {
  if (v <= static_cast<double>(low)) return low;
  if (v >= static_cast<double>(high)) return high;
  return static_cast<int64_t>(v);
}

bool fits(double rounded, uint32_t bits) {
  return rounded >= -two_to(static_cast<int>(bits) - 1) && rounded < two_to(static_cast<int>(bits) - 1);
}

bool fits(int128 value, uint32_t bits) {
  if (bits >= 128) return true;
  const int128 half = int128{1} << (bits - 1);
  return value >= -half && value < half;
}

int clamp_shift(int shift) { return std::clamp(shift, kMinShift, kMaxShift); }

Multiplier normalize_multiplier(double real, uint32_t bits) {
  int exponent = 0;
  const double mantissa = split(real, &exponent);
  int64_t multiplier = static_cast<int64_t>(round_half_away(std::ldexp(mantissa, static_cast<int>(bits))));
  if (multiplier == int64_t{1} << bits) {
    multiplier >>= 1;
    ++exponent;
  }
  const int shift = static_cast<int>(bits) - exponent;
  if (shift > kMaxShift) {
    return {static_cast<int64_t>(round_half_away(std::ldexp(real, kMaxShift))), kMaxShift};
  }
  return {multiplier, clamp_shift(shift)};
}

CommonMultipliers common_multipliers(const std::vector<double>& reals, uint32_t bits) {
  double largest = 0;
  for (const double real : reals) largest = std::max(largest, std::fabs(real));
  CommonMultipliers result;
  if (largest == 0) {
    result.multipliers.assign(reals.size(), 0);
    return result;
  }
  const Multiplier first = normalize_multiplier(largest, bits);
  result.shift = first.shift;
  const double scale = static_cast<double>(first.multiplier) / largest;
  for (const double real : reals) {
    const bool is_largest = std::fabs(real) == largest;
    const double magnitude = is_largest ? static_cast<double>(first.multiplier)
                                        : round_half_away(first.shift == kMinShift || first.shift == kMaxShift
                                                              ? std::fabs(real) * scale
                                                              : std::ldexp(std::fabs(real), first.shift));
    result.multipliers.push_back(static_cast<int64_t>(real < 0 ? -magnitude : magnitude));
  }
  return result;
}

}  // namespace mmasim::runtime::quantization
