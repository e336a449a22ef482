// dsp.range: smallest and largest of a tile, and the grid over them.
#include "isa/semantics/float_tile.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspRange& i, Registers&, const MemoryView& memory) {
  float lowest = kInfinity, highest = -kInfinity;
  if (i.begins == 0) {
    const auto before = read_as<RangeGrid>(memory.at(i.dst));
    lowest = before.lowest, highest = before.highest;
  }
  const OperandTile src = source(i, Element::f32, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    lowest = minimum(lowest, read_f32(src, y, x, c));
    highest = maximum(highest, read_f32(src, y, x, c));
  });
  RangeGrid grid = grid_of_range(lowest, highest);
  grid.step = canonical(grid.step);
  write_as(memory.at(i.dst), grid);
}

}  // namespace mmasim::isa::semantics
