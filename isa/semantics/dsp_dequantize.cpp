// dsp.dequantize: integers or accumulators to reals, with a step and a bias per channel.
#include "isa/semantics/float_tile.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspDequantize& i, Registers&, const MemoryView& memory) {
  require_integer(i.src_type, i.mnemonic);
  const RangeGrid grid = grid_of(i, memory);
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, Element::f32, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    const uint64_t lane = i.lane + static_cast<uint64_t>(c);
    const int64_t zero = int64_t{grid.zero_point} * entry_or<int32_t>(i.sums, lane, 1, memory);
    const float step = grid.step * entry_or<float>(i.steps, lane, 1, memory);
    float v = static_cast<float>(static_cast<int64_t>(src.read(y, x, c)) - zero) * step;
    if (!i.biases.is_none()) v = v + entry_or<float>(i.biases, lane, 0, memory);
    write_f32(dst, y, x, c, clip(v, i.low, i.high));
  });
}

}  // namespace mmasim::isa::semantics
