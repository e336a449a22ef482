// The normative functions on reals (quantization.md 2, Reals), each a fixed sequence of binary32 operations
// that are rounded alone: the library is built without contraction to fused multiply-add. Knows no
// instructions; the integers' functions are in arithmetic.h.
#pragma once

#include <cstdint>

#include "isa/kit/float_bits.h"

namespace mmasim::isa {

constexpr uint32_t kQuietNan = 0x7fc00000;  // what every result that is no number is written as
constexpr uint16_t kQuietNanHalf = 0x7e00;

inline float canonical(float v) { return v == v ? v : float_of_bits(kQuietNan); }
inline float minimum(float a, float b) { return b < a ? b : a; }
inline float maximum(float a, float b) { return b > a ? b : a; }
inline float clip(float v, float low, float high) { return v < low ? low : v > high ? high : v; }

// To the nearest integer, ties to even. Numbers from 2^23 on have no fraction.
inline float half_even(float v) {
  constexpr float kWhole = 8388608.0f;  // 2^23
  const float size = v < 0 ? -v : v;
  const float rounded = (size + kWhole) - kWhole;
  return size < kWhole ? (v < 0 ? -rounded : rounded) : v;
}

// QUANT_F32
inline int64_t quantize(float v, float step, int64_t zero_point, int64_t lowest, int64_t highest) {
  constexpr float kBeyond = 1099511627776.0f;  // 2^40: beyond every clip bound and zero point of 32 bits
  const float quotient = half_even(v / step);
  const float bounded = quotient == quotient ? clip(quotient, -kBeyond, kBeyond) : 0.0f;
  const int64_t shifted = static_cast<int64_t>(bounded) + zero_point;
  return shifted < lowest ? lowest : shifted > highest ? highest : shifted;
}

// e^v by reduction to r in [-ln(2)/2, ln(2)/2] and a polynomial of degree 7; 0 below -87, infinity above 88.
inline float exponential(float v) {
  const float x = v == v ? clip(v, -87.0f, 88.0f) : 0.0f;
  const float n = half_even(x * 1.44269504f);
  float r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const float e = (p * (r * r) + r) + 1.0f;
  const float scaled = e * float_of_bits(static_cast<uint32_t>(static_cast<int32_t>(n) + 127) << 23);
  return v < -87.0f ? 0.0f : v > 88.0f ? float_of_bits(0x7f800000) : v == v ? scaled : v;
}

inline float sigmoid(float v) { return 1.0f / (1.0f + exponential(-v)); }
inline float hyperbolic_tangent(float v) { return 2.0f * sigmoid(2.0f * v) - 1.0f; }
inline float hard_sigmoid(float v, float alpha, float beta) { return clip(alpha * v + beta, 0.0f, 1.0f); }
inline float hard_swish(float v, float alpha, float beta) { return v * hard_sigmoid(v, alpha, beta); }
inline float leaky(float v, float alpha) { return v < 0 ? alpha * v : v; }

// binary32 to binary16, to nearest even; what is beyond 65504 and its last half step becomes infinity.
inline uint16_t half_of_float(float v) {
  constexpr uint32_t kSmallestNormal = 0x38800000, kInfinite = 0x47800000;  // 2^-14 and 2^16
  const uint32_t bits = float_bits(v), size = bits & 0x7fffffff;
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  if (size > 0x7f800000) return kQuietNanHalf;
  if (size >= kInfinite) return static_cast<uint16_t>(sign | 0x7c00);
  if (size < kSmallestNormal)  // multiples of 2^-24
    return static_cast<uint16_t>(sign | static_cast<uint16_t>(half_even(float_of_bits(size) * 16777216.0f)));
  const uint32_t rebased = size - (112u << 23);
  return static_cast<uint16_t>(sign | ((rebased + 0xfff + (rebased >> 13 & 1)) >> 13));
}
// Exact.
inline float float_of_half(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16, size = half & 0x7fff;
  if (size > 0x7c00) return float_of_bits(kQuietNan);
  if (size == 0x7c00) return float_of_bits(sign | 0x7f800000);
  if (size >= 0x400) return float_of_bits(sign | ((size << 13) + (112u << 23)));
  return float_of_bits(sign | float_bits(static_cast<float>(size) * (1.0f / 16777216.0f)));
}

// What dsp.range keeps: a range, and the grid of 0..255 over it and over 0 (DynamicQuantizeLinear).
struct RangeGrid {
  float lowest, highest, step;
  int32_t zero_point;
};
static_assert(sizeof(RangeGrid) == 16);

inline RangeGrid grid_of_range(float lowest, float highest) {
  const float low = minimum(lowest, 0.0f), high = maximum(highest, 0.0f);
  const float step = low == high ? 1.0f : (high - low) / 255.0f;
  return {lowest, highest, step, static_cast<int32_t>(half_even(clip(-low / step, 0.0f, 255.0f)))};
}

}  // namespace mmasim::isa
