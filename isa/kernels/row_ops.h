// The loops over rows of elements that the DSP and the output stage are made of, in three widths of lane
// (int32_t, int64_t, Wide) and for every SIMD level. A caller picks the narrowest lane in which nothing can
// overflow (finish.h); in Wide everything saturates at 128 bits. Knows no instructions and no addresses.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/arithmetic.h"
#include "isa/kit/simd_level.h"

namespace mmasim::isa {

// The constants of a right shift of 0..30 or 0..62 with rounding.
template <class Lane>
struct RightShift {
  Lane shift = 0;
  Lane half =
      1;  // 2^(shift-1); 1 for no shift, whose remainder is 0; out of reach of any remainder to round down
  Lane mask = 0;    // 2^shift - 1
  Lane offset = 0;  // 2^63 >> shift; 64-bit lanes only
};

// SRS, zero point and clip, the same for every lane: clip(SRS(v * left, shift) + zero).
template <class Lane>
struct Finish {
  Lane left = 1;  // 2^n of a left shift
  RightShift<Lane> right;
  Lane away = 0, even = 0;  // 1 in the mode of that name
  Lane zero = 0, lowest = 0, highest = 0;
};
template <>
struct Finish<Wide> {
  int shift = 0;
  Rounding rounding = Rounding::half_up;
  int64_t zero = 0, lowest = 0, highest = 0;
};

// As Finish, with bias, multiplier and shift for every lane: the output stage. int32_t and int64_t only.
template <class Lane>
struct StageLanes {
  const Lane *bias = nullptr, *multiplier = nullptr, *shift = nullptr, *half = nullptr, *mask = nullptr,
             *offset = nullptr;
  Lane away = 0, even = 0, zero = 0, lowest = 0, highest = 0;
};

template <class Lane>
struct RowOps {
  // Indexed by Element: lanes[i] = src[i]
  void (*load[8])(const uint8_t* src, Lane* lanes, size_t count);
  // Indexed by log2 of the element's bytes: dst[i] = the low bytes of lanes[i], sign-extended where wider
  void (*store[5])(const Lane* lanes, uint8_t* dst, size_t count);
  // Indexed by the Elements of src and of the weights, which are as wide and of at most 4 bytes:
  // sums[i] += src[i] * weights[i]
  void (*multiply_add[6][6])(Lane* sums, const uint8_t* src, const uint8_t* weights, size_t count);
  // Indexed by Element: sums[i] += src[i] - zero
  void (*accumulate[8])(Lane* sums, const uint8_t* src, Lane zero, size_t count);

  void (*scale)(Lane* v, size_t count, Lane zero, Lane multiplier);  // v = (v - zero) * multiplier
  // a = a_multiplier * (a - a_zero) + b_multiplier * (b - b_zero)
  void (*combine)(Lane* a, const Lane* b, size_t count, Lane a_zero, Lane a_multiplier, Lane b_zero,
                  Lane b_multiplier);
  // a = (a - a_zero) * (b - b_zero) * multiplier
  void (*product)(Lane* a, const Lane* b, size_t count, Lane a_zero, Lane b_zero, Lane multiplier);
  // v = v - zero; v = v >= 0 ? v * positive : v * slopes[i]
  void (*rectify)(Lane* v, const Lane* slopes, size_t count, Lane zero, Lane positive);
  void (*finish)(Lane* v, size_t count, const Finish<Lane>& finish);
  // v = clip(SRS((v + bias) * multiplier, shift) + zero). Tells whether every v + bias fitted 32 bits. Not
  // for Wide.
  bool (*stage)(Lane* v, size_t count, const StageLanes<Lane>& lanes);
};

// Lane is int32_t, int64_t or Wide.
template <class Lane>
const RowOps<Lane>& row_ops(SimdLevel level = best_simd_level());

// Indexed by Element: largest[i] = max(largest[i], src[i]) in the element's own width.
struct MaximumOps {
  void (*maximum[8])(uint8_t* largest, const uint8_t* src, size_t count);
};
const MaximumOps& maximum_ops(SimdLevel level = best_simd_level());

}  // namespace mmasim::isa
