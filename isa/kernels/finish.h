// How wide the lanes of a row must be so that nothing overflows, and the constants of SRS, zero point and
// clip in that width. The proof is by magnitudes: a narrow lane is used only where no intermediate can leave
// it.
#pragma once

#include <cstdint>
#include <limits>

#include "isa/kernels/row_ops.h"

namespace mmasim::isa {

enum class LaneWidth { int32, int64, wide };

// SRS, zero point and clip as an instruction names them.
struct FinishTerms {
  int shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t zero = 0, lowest = 0, highest = 0;
};

constexpr Wide larger(Wide a, Wide b) { return a > b ? a : b; }

template <class Lane>
constexpr bool lane_suffices(Wide peak, const FinishTerms& f) {
  constexpr Wide kLowest = std::numeric_limits<Lane>::min(), kHighest = std::numeric_limits<Lane>::max();
  constexpr int kLargestShift = 8 * static_cast<int>(sizeof(Lane)) - 2;
  if (f.shift > kLargestShift || f.shift < -kLargestShift) return false;
  if (f.lowest < kLowest || f.lowest > kHighest || f.highest < kLowest || f.highest > kHighest) return false;
  const Wide shifted = f.shift < 0 ? saturating_shift_left(peak, -f.shift) : saturating_add(peak, 1);
  const auto zero_magnitude = static_cast<Wide>(magnitude(f.zero));
  return saturating_add(shifted, zero_magnitude) <= kHighest;
}

// `peak` is the largest magnitude that any value before the shift can have: operands, factors, products and
// sums.
constexpr LaneWidth narrowest_lanes(Wide peak, const FinishTerms& finish) {
  if (lane_suffices<int32_t>(peak, finish)) return LaneWidth::int32;
  if (lane_suffices<int64_t>(peak, finish)) return LaneWidth::int64;
  return LaneWidth::wide;
}

// Calls visit with a value of the lane's type.
template <class Visit>
void with_lanes(LaneWidth width, Visit&& visit) {
  if (width == LaneWidth::int32) return visit(int32_t{});
  if (width == LaneWidth::int64) return visit(int64_t{});
  return visit(Wide{});
}

template <class Lane>
constexpr RightShift<Lane> make_right_shift(int shift, Rounding rounding) {
  RightShift<Lane> by;
  by.shift = static_cast<Lane>(shift);
  by.mask = static_cast<Lane>((Lane{1} << shift) - 1);
  if (shift > 0) by.half = static_cast<Lane>(Lane{1} << (shift - 1));
  if (rounding == Rounding::floor) by.half = std::numeric_limits<Lane>::max();
  if constexpr (sizeof(Lane) == 8) by.offset = static_cast<int64_t>((uint64_t{1} << 63) >> shift);
  return by;
}

template <class Lane>
Finish<Lane> make_finish(const FinishTerms& terms) {
  Finish<Lane> f;
  const int right = terms.shift > 0 ? terms.shift : 0;
  f.left = static_cast<Lane>(Lane{1} << (right - terms.shift));
  f.right = make_right_shift<Lane>(right, terms.rounding);
  f.away = terms.rounding == Rounding::half_away;
  f.even = terms.rounding == Rounding::half_even;
  f.zero = static_cast<Lane>(terms.zero);
  f.lowest = static_cast<Lane>(terms.lowest);
  f.highest = static_cast<Lane>(terms.highest);
  return f;
}
template <>
inline Finish<Wide> make_finish<Wide>(const FinishTerms& terms) {
  return {terms.shift, terms.rounding, terms.zero, terms.lowest, terms.highest};
}

}  // namespace mmasim::isa
