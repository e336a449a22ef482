// Tiles of binary32 numbers, and the grid that an instruction takes from memory or from its own fields.
#pragma once

#include "isa/float_arithmetic.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

inline float read_f32(const OperandTile& tile, int64_t y, int64_t x, int64_t c) {
  return read_as<float>(tile.at(y, x, c));
}
inline void write_f32(const OperandTile& tile, int64_t y, int64_t x, int64_t c, float v) {
  write_as<float>(tile.at(y, x, c), canonical(v));
}

template <class DspInstruction>
RangeGrid grid_of(const DspInstruction& i, const MemoryView& memory) {
  if (i.grid.is_none()) return {0, 0, i.step, i.zero_point};
  return read_as<RangeGrid>(memory.at(i.grid));
}

// Entry `index` of a table of reals or integers, or what stands for a table that is not there.
template <class Entry>
Entry entry_or(Address table, uint64_t index, Entry without, const MemoryView& memory) {
  return table.is_none() ? without : read_as<Entry>(memory.at(table) + index * sizeof(Entry));
}

}  // namespace mmasim::isa::semantics
