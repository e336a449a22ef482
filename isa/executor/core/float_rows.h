// Rows of binary32 numbers of the DSP's tiles: in and out of memory at any alignment, a chunk at a time.
#pragma once

#include <cstring>

#include "isa/executor/core/tile.h"
#include "isa/float_arithmetic.h"
#include "isa/semantics/memory.h"

namespace mmasim::isa {

template <class DspInstruction>
TileSide source_side(const DspInstruction& i, Element element, const MemoryView& memory) {
  return {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(element)};
}
template <class DspInstruction>
TileSide result_side(const DspInstruction& i, Element element, const MemoryView& memory) {
  return {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, element_bytes(element)};
}

template <class Entry>
void load_row(const uint8_t* from, Entry* row, size_t count) {
  std::memcpy(row, from, count * sizeof(Entry));
}
inline void store_row(const float* row, uint8_t* to, size_t count) {
  for (size_t k = 0; k < count; ++k) write_as<float>(to + k * sizeof(float), canonical(row[k]));
}
inline void clip_row(float* row, size_t count, float low, float high) {
  for (size_t k = 0; k < count; ++k) row[k] = clip(row[k], low, high);
}

template <class DspInstruction>
RangeGrid grid_of(const DspInstruction& i, const MemoryView& memory) {
  if (i.grid.is_none()) return {0, 0, i.step, i.zero_point};
  return read_as<RangeGrid>(memory.at(i.grid));
}

}  // namespace mmasim::isa
