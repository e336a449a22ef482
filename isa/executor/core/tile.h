// Walking the tiles of dsp.* instructions: positions in rows and columns, channels in chunks that fit the
// first-level cache. Tiles whose positions lie end to end are walked as one long row.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "isa/kernels/finish.h"
#include "isa/semantics/elements.h"

namespace mmasim::isa {

constexpr size_t kChunkElements = 512;

// A tile's place in memory. The pointer is null-free storage of the caller; strides are bytes.
struct TileSide {
  uint8_t* base;
  int64_t y_stride, x_stride;
  uint32_t element_bytes;

  uint8_t* at(int64_t y, int64_t x) const { return base + y * y_stride + x * x_stride; }
};

struct TileExtent {
  uint64_t y, x, channels;
};

// Merges columns into channels, then rows, where every side's lie end to end: for work that is alike for all
// elements.
template <size_t kSides>
TileExtent merged(TileExtent extent, const std::array<TileSide, kSides>& sides) {
  const auto dense = [&](uint64_t count, int64_t TileSide::*stride) {
    return count == 1 || std::all_of(sides.begin(), sides.end(), [&](const TileSide& side) {
             return side.*stride == static_cast<int64_t>(extent.channels * side.element_bytes);
           });
  };
  if (!dense(extent.x, &TileSide::x_stride)) return extent;
  extent = {extent.y, 1, extent.channels * extent.x};
  if (!dense(extent.y, &TileSide::y_stride)) return extent;
  return {1, 1, extent.channels * extent.y};
}

// Calls visit(y, x, first channel, channels) for every chunk of every position.
template <class Visit>
void for_each_chunk(const TileExtent& extent, Visit&& visit) {
  for (uint64_t y = 0; y < extent.y; ++y)
    for (uint64_t x = 0; x < extent.x; ++x)
      for (uint64_t c = 0; c < extent.channels; c += kChunkElements)
        visit(static_cast<int64_t>(y), static_cast<int64_t>(x), c,
              static_cast<size_t>(std::min<uint64_t>(kChunkElements, extent.channels - c)));
}

template <class DspInstruction>
TileExtent extent_of(const DspInstruction& i) {
  return {i.count_y, i.count_x, i.channels};
}

template <class DspInstruction>
FinishTerms finish_terms(const DspInstruction& i) {
  return {i.shift, i.rounding, i.dst_zero, i.clip_min, i.clip_max};
}

constexpr size_t store_index(Element element) {  // log2 of its bytes, as RowOps::store counts
  size_t index = 0;
  while ((1u << index) < element_bytes(element)) ++index;
  return index;
}

// The largest |v - zero| of an element, and no less than |v| and |zero|.
constexpr Wide centred_magnitude(Element element, int64_t zero) {
  const auto largest = [](Wide a, Wide b) { return a > b ? a : b; };
  const Wide below = saturating_subtract(zero, element_lowest(element));
  const Wide above = saturating_subtract(element_highest(element), zero);
  return largest(largest(below, above),
                 largest(element_magnitude(element), static_cast<Wide>(magnitude(zero))));
}

}  // namespace mmasim::isa
