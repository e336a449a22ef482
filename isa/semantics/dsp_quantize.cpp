// dsp.quantize: dst = clip(half_even(src / step) + zero_point)
#include "isa/semantics/float_tile.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspQuantize& i, Registers&, const MemoryView& memory) {
  require_integer(i.dst_type, i.mnemonic);
  const RangeGrid grid = grid_of(i, memory);
  const OperandTile src = source(i, Element::f32, memory), dst = result(i, i.dst_type, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    dst.write(y, x, c, quantize(read_f32(src, y, x, c), grid.step, grid.zero_point, i.clip_min, i.clip_max));
  });
}

}  // namespace mmasim::isa::semantics
