// dsp.multiply: dst = clip(SRS((a - a_zero) * (b - b_zero) * multiplier, shift) + dst_zero)
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspMultiply& i, Registers&, const MemoryView& memory) {
  require_b_channels(i.b_channels, i.channels, i.mnemonic);
  const OperandTile a = {memory, i.a, i.a_y_stride, i.a_x_stride, i.a_type};
  const OperandTile b = {memory, i.b, i.b_y_stride, i.b_x_stride, i.b_type};
  const OperandTile dst = result(i, i.dst_type, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    const int64_t b_channel = i.b_channels == 1 ? 0 : c;
    const Wide left = saturating_subtract(a.read(y, x, c), i.a_zero);
    const Wide right = saturating_subtract(b.read(y, x, b_channel), i.b_zero);
    dst.write(y, x, c, finished(i, saturating_multiply(saturating_multiply(left, right), i.multiplier)));
  });
}

}  // namespace mmasim::isa::semantics
