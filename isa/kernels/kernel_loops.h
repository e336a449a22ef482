// What the kernels of several levels have in common (kernels*.cpp): the packing loops, inlined into every
// level's entry points, and the way a deep product is cut.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "isa/kernels/kernels.h"

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

// Calls multiply(chunk) for the depth in chunks of so many quads at most, as even as strips can be cut.
template <uint32_t kMostQuads, class Multiply>
inline __attribute__((always_inline)) void for_depth_chunks(const ByteProduct& p, const Multiply& multiply) {
  uint32_t left = 0;
  for (size_t s = 0; s < p.strip_count; ++s) left += p.strips[s].quads;
  if (left <= kMostQuads) return multiply(p);
  ByteProduct chunk = p;
  ByteStrip strips[kMostQuads];
  chunk.strips = strips;
  uint32_t begun = 0;  // quads of strip s that are done
  for (size_t s = 0; left > 0; chunk.start = SumsStart::from_c) {
    const uint32_t chunks = (left + kMostQuads - 1) / kMostQuads;
    uint32_t room = (left + chunks - 1) / chunks;
    left -= room;
    for (chunk.strip_count = 0; room > 0; ++chunk.strip_count) {
      const ByteStrip& strip = p.strips[s];
      const uint32_t quads = std::min(room, strip.quads - begun);
      strips[chunk.strip_count] = {strip.a_offset + 4 * int64_t{begun}, quads,
                                   strip.b + begun * p.b_quad_bytes};
      room -= quads;
      begun += quads;
      if (begun == strip.quads) ++s, begun = 0;
    }
    multiply(chunk);
  }
}

}  // namespace mmasim::isa::kernel_loops
