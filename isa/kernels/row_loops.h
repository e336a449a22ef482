// The bodies of row_ops.h: plain loops, each written once and compiled for every SIMD level by row_ops.cpp,
// which alone includes this file. The compiler vectorises them; the arithmetic holds for any lane that cannot
// overflow.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "isa/kernels/row_ops.h"

#define MMASIM_INLINE inline __attribute__((always_inline))

namespace mmasim::isa::row_loops {

template <class Lane>
inline constexpr bool is_wide = std::is_same<Lane, Wide>::value;

template <class Lane>
MMASIM_INLINE Lane plus(Lane a, Lane b) {
  if constexpr (is_wide<Lane>)
    return saturating_add(a, b);
  else
    return a + b;
}
template <class Lane>
MMASIM_INLINE Lane minus(Lane a, Lane b) {
  if constexpr (is_wide<Lane>)
    return saturating_subtract(a, b);
  else
    return a - b;
}
template <class Lane>
MMASIM_INLINE Lane times(Lane a, Lane b) {
  if constexpr (is_wide<Lane>)
    return saturating_multiply(a, b);
  else
    return a * b;
}

// v >> shift, arithmetic. For 64 bits by a logical shift of v + 2^63, less 2^63 >> shift: AVX2 has no other.
MMASIM_INLINE int32_t shift_right(int32_t v, int32_t shift, int32_t) { return v >> shift; }
MMASIM_INLINE int64_t shift_right(int64_t v, int64_t shift, int64_t offset) {
  const uint64_t raised = (static_cast<uint64_t>(v) ^ (uint64_t{1} << 63)) >> shift;
  return static_cast<int64_t>(raised - static_cast<uint64_t>(offset));
}

// SRS for a right shift of 0..30 or 0..62. Every mode is floor or floor + 1: with r the remainder, half up
// adds one for r >= half, half away for r >= half + (v < 0), half even for r >= half + (floor is even).
template <class Lane>
MMASIM_INLINE Lane rounded(Lane v, const RightShift<Lane>& by, Lane away, Lane even) {
  using Bits = std::make_unsigned_t<Lane>;
  const Lane floor = shift_right(v, by.shift, by.offset);
  const Lane negative = static_cast<Lane>(static_cast<Bits>(v) >> (8 * sizeof(Lane) - 1));
  const Lane threshold = by.half + (negative & away) + (~floor & even);
  return floor + ((v & by.mask) >= threshold ? 1 : 0);
}

template <class Lane>
MMASIM_INLINE Lane clipped(Lane v, Lane lowest, Lane highest) {
  const Lane raised = v < lowest ? lowest : v;
  return raised > highest ? highest : raised;
}

template <class E>
MMASIM_INLINE E read(const uint8_t* __restrict src, size_t i) {
  E e;
  std::memcpy(&e, src + i * sizeof(E), sizeof(E));
  return e;
}

template <class Lane, class E>
MMASIM_INLINE void load(const uint8_t* __restrict src, Lane* __restrict lanes, size_t count) {
  for (size_t i = 0; i < count; ++i) lanes[i] = static_cast<Lane>(read<E>(src, i));
}

template <class Lane, class E>
MMASIM_INLINE void store(const Lane* __restrict lanes, uint8_t* __restrict dst, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const E e = static_cast<E>(lanes[i]);
    std::memcpy(dst + i * sizeof(E), &e, sizeof(E));
  }
}

template <class Lane, class E, class W>
MMASIM_INLINE void multiply_add(Lane* __restrict sums, const uint8_t* __restrict src,
                                const uint8_t* __restrict weights, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const E e = read<E>(src, i);
    const W w = read<W>(weights, i);
    if constexpr (sizeof(Lane) == 8 &&
                  sizeof(E) <= 2)  // both fit 32 bits: one vector instruction instead of many
      sums[i] += static_cast<int64_t>(static_cast<int32_t>(e)) * static_cast<int32_t>(w);
    else
      sums[i] = plus<Lane>(sums[i], times<Lane>(static_cast<Lane>(e), static_cast<Lane>(w)));
  }
}

template <class Lane, class E>
MMASIM_INLINE void accumulate(Lane* __restrict sums, const uint8_t* __restrict src, Lane zero, size_t count) {
  for (size_t i = 0; i < count; ++i)
    sums[i] = plus<Lane>(sums[i], minus<Lane>(static_cast<Lane>(read<E>(src, i)), zero));
}

template <class E>
MMASIM_INLINE void maximum(uint8_t* __restrict largest, const uint8_t* __restrict src, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const E a = read<E>(largest, i), b = read<E>(src, i);
    const E larger = a > b ? a : b;
    std::memcpy(largest + i * sizeof(E), &larger, sizeof(E));
  }
}

template <class Lane>
MMASIM_INLINE void scale(Lane* __restrict v, size_t count, Lane zero, Lane multiplier) {
  for (size_t i = 0; i < count; ++i) v[i] = times<Lane>(minus<Lane>(v[i], zero), multiplier);
}

template <class Lane>
MMASIM_INLINE void combine(Lane* __restrict a, const Lane* __restrict b, size_t count, Lane a_zero,
                           Lane a_multiplier, Lane b_zero, Lane b_multiplier) {
  for (size_t i = 0; i < count; ++i)
    a[i] = plus<Lane>(times<Lane>(minus<Lane>(a[i], a_zero), a_multiplier),
                      times<Lane>(minus<Lane>(b[i], b_zero), b_multiplier));
}

template <class Lane>
MMASIM_INLINE void product(Lane* __restrict a, const Lane* __restrict b, size_t count, Lane a_zero,
                           Lane b_zero, Lane multiplier) {
  for (size_t i = 0; i < count; ++i)
    a[i] = times<Lane>(times<Lane>(minus<Lane>(a[i], a_zero), minus<Lane>(b[i], b_zero)), multiplier);
}

template <class Lane>
MMASIM_INLINE void rectify(Lane* __restrict v, const Lane* __restrict slopes, size_t count, Lane zero,
                           Lane positive) {
  for (size_t i = 0; i < count; ++i) {
    const Lane centred = minus<Lane>(v[i], zero);
    v[i] = times<Lane>(centred, centred >= 0 ? positive : slopes[i]);
  }
}

template <class Lane>
MMASIM_INLINE void finish(Lane* __restrict v, size_t count, const Finish<Lane>& with) {
  const Finish<Lane> f = with;
  for (size_t i = 0; i < count; ++i) {
    if constexpr (is_wide<Lane>)
      v[i] = requantize_shift(v[i], f.shift, f.zero, f.lowest, f.highest, f.rounding);
    else
      v[i] =
          clipped<Lane>(rounded<Lane>(v[i] * f.left, f.right, f.away, f.even) + f.zero, f.lowest, f.highest);
  }
}

template <class Lane>
MMASIM_INLINE bool stage(Lane* __restrict v, size_t count, const StageLanes<Lane>& with) {
  const StageLanes<Lane> s = with;
  const Lane* __restrict bias = s.bias;
  const Lane* __restrict multiplier = s.multiplier;
  const Lane* __restrict shift = s.shift;
  const Lane* __restrict half = s.half;
  const Lane* __restrict mask = s.mask;
  const Lane* __restrict offset = s.offset;
  uint64_t excess = 0;  // not below 2^32 once a sum has left 32 bits
  for (size_t i = 0; i < count; ++i) {
    const Lane sum = v[i] + bias[i];
    if constexpr (sizeof(Lane) == 8) excess |= static_cast<uint64_t>(sum) + (uint64_t{1} << 31);
    const RightShift<Lane> by = {shift[i], half[i], mask[i], offset[i]};
    v[i] =
        clipped<Lane>(rounded<Lane>(sum * multiplier[i], by, s.away, s.even) + s.zero, s.lowest, s.highest);
  }
  return excess >> 32 == 0;
}

}  // namespace mmasim::isa::row_loops
