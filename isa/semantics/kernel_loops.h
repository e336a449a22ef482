// The packing loops of kernels.h, written once and inlined into every level's entry points (kernels*.cpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "isa/semantics/kernels.h"

namespace mmasim::isa::kernel_loops {

template <class E>
inline __attribute__((always_inline)) void widen(const uint8_t* __restrict src, int16_t* __restrict dst,
                                                 size_t count) {
  for (size_t i = 0; i < count; ++i) dst[i] = static_cast<E>(src[i]);
}

template <class E>
inline __attribute__((always_inline)) void gather_elements(const Gather& from, int16_t* a) {
  for (uint32_t row = 0; row < from.rows; ++row, a += from.pitch) {
    const uint8_t* start = from.row_starts[row];
    for (size_t i = 0; i < from.run_count; ++i) {
      const DepthRun& run = from.runs[i];
      widen<E>(start + run.offset_bytes, a + run.start, run.count);
    }
    if (from.depth % 2 != 0) a[from.depth] = 0;
  }
}

inline __attribute__((always_inline)) void gather_pairs(const Gather& from, bool is_signed, int16_t* a) {
  if (is_signed)
    gather_elements<int8_t>(from, a);
  else
    gather_elements<uint8_t>(from, a);
}

// Interleaves two rows of B; columns past the panel's become zero.
template <class E>
inline __attribute__((always_inline)) void interleave(const uint8_t* __restrict even,
                                                      const uint8_t* __restrict odd, size_t count,
                                                      size_t columns, int16_t* __restrict b) {
  for (size_t i = 0; i < count; ++i) {
    b[2 * i] = static_cast<E>(even[i]);
    b[2 * i + 1] = static_cast<E>(odd[i]);
  }
  for (size_t i = count; i < columns; ++i) b[2 * i] = b[2 * i + 1] = 0;
}

// `rows` is even: callers pass a zero row at the end of an odd panel.
inline __attribute__((always_inline)) void widen_pairs(const uint8_t* panel, size_t row_bytes, uint32_t rows,
                                                       uint32_t columns, bool is_signed, int16_t* b) {
  for (uint32_t row = 0; row < rows;
       row += 2, panel += 2 * row_bytes, b += 2 * static_cast<size_t>(columns)) {
    if (is_signed)
      interleave<int8_t>(panel, panel + row_bytes, row_bytes, columns, b);
    else
      interleave<uint8_t>(panel, panel + row_bytes, row_bytes, columns, b);
  }
}

}  // namespace mmasim::isa::kernel_loops
