// The normative integer functions of quantization.md section 2: SRS, SAT, REQ_SHIFT and REQ_MUL. All are
// total: what would leave 128 bits saturates there, so that a later clip to 64-bit bounds still gives the
// exact answer. Knows neither elements nor instructions. Faster equivalents for proven ranges are in
// row_ops.cpp.
#pragma once

#include <cstdint>
#include <limits>

#include "isa/element.h"

namespace mmasim::isa {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

constexpr Wide kWideMax = static_cast<Wide>(~UnsignedWide{0} >> 1);
constexpr Wide kWideMin = -kWideMax - 1;

constexpr bool fits_int64(Wide v) {
  return v >= std::numeric_limits<int64_t>::min() && v <= std::numeric_limits<int64_t>::max();
}
constexpr UnsignedWide magnitude(Wide v) {
  return v < 0 ? ~static_cast<UnsignedWide>(v) + 1 : static_cast<UnsignedWide>(v);
}

constexpr Wide saturating_add(Wide a, Wide b) {
  Wide sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a < 0 ? kWideMin : kWideMax;
}

constexpr Wide saturating_subtract(Wide a, Wide b) {
  Wide difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return a < 0 ? kWideMin : kWideMax;
}

constexpr Wide saturating_multiply(Wide a, Wide b) {
  if (fits_int64(a) && fits_int64(b)) return a * b;
  if (a == 0 || b == 0) return 0;
  const bool negative = (a < 0) != (b < 0);
  const UnsignedWide limit = static_cast<UnsignedWide>(kWideMax) + (negative ? 1 : 0);
  if (magnitude(a) > limit / magnitude(b)) return negative ? kWideMin : kWideMax;
  const UnsignedWide product = magnitude(a) * magnitude(b);
  return static_cast<Wide>(negative ? ~product + 1 : product);
}

// v * 2^bits for bits >= 0.
constexpr Wide saturating_shift_left(Wide v, int bits) {
  if (v == 0) return 0;
  if (bits > 127 || v > kWideMax >> bits || v < kWideMin >> bits) return v < 0 ? kWideMin : kWideMax;
  return static_cast<Wide>(static_cast<UnsignedWide>(v) << bits);
}

// SRS(v, shift, R): v / 2^shift, rounded; shift <= 0 multiplies by 2^-shift. shift is at most 127.
// With f = floor(v / 2^shift) and r the remainder, every mode is f or f + 1, so no intermediate exceeds v.
constexpr Wide shift_round(Wide v, int shift, Rounding rounding) {
  if (shift <= 0) return saturating_shift_left(v, -shift);
  const Wide f = v >> shift;
  const UnsignedWide r = static_cast<UnsignedWide>(v) & ((UnsignedWide{1} << shift) - 1);
  const UnsignedWide half = UnsignedWide{1} << (shift - 1);
  switch (rounding) {
    case Rounding::half_up:
      return f + (r >= half ? 1 : 0);
    case Rounding::half_even:
      return f + (r > half || (r == half && (f & 1) != 0) ? 1 : 0);
    case Rounding::half_away:
      return f + (r > half || (r == half && v >= 0) ? 1 : 0);
    case Rounding::floor:
      return f;
  }
  return f;
}

// SAT(v, lowest, highest): min(max(v, lowest), highest).
constexpr int64_t saturate(Wide v, int64_t lowest, int64_t highest) {
  const Wide raised = v < lowest ? lowest : v;
  return static_cast<int64_t>(raised > highest ? highest : raised);
}

// REQ_SHIFT(acc, shift, zero_point, lowest, highest, R)
constexpr int64_t requantize_shift(Wide accumulator, int shift, int64_t zero_point, int64_t lowest,
                                   int64_t highest, Rounding rounding) {
  return saturate(saturating_add(shift_round(accumulator, shift, rounding), zero_point), lowest, highest);
}

// REQ_MUL(acc, multiplier, shift, zero_point, lowest, highest, R): one rounding only.
constexpr int64_t requantize_multiply(Wide accumulator, int64_t multiplier, int shift, int64_t zero_point,
                                      int64_t lowest, int64_t highest, Rounding rounding) {
  return requantize_shift(saturating_multiply(accumulator, multiplier), shift, zero_point, lowest, highest,
                          rounding);
}

}  // namespace mmasim::isa
