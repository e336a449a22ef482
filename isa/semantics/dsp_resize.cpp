// dsp.resize: bilinear enlargement with whole weights, so that the only rounding is the last shift.
#include "isa/resize_tap.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspResize& i, Registers&, const MemoryView& memory) {
  require_factors(i.factor_y, i.factor_x);
  const OperandTile src = source(i, i.type, memory), dst = result(i, i.type, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    const ResizeTap down = resize_tap(i.out_y + y, i.factor_y, i.half_pixel != 0, i.in_height);
    const ResizeTap across = resize_tap(i.out_x + x, i.factor_x, i.half_pixel != 0, i.in_width);
    Wide sum = 0;
    for (int row = 0; row < 2; ++row)
      for (int column = 0; column < 2; ++column)
        sum += down.weight[row] * across.weight[column] *
               src.read(down.index[row] - i.src_y, across.index[column] - i.src_x, c);
    dst.write(y, x, c,
              requantize_multiply(sum, i.multiplier, i.shift, 0, i.clip_min, i.clip_max, i.rounding));
  });
}

}  // namespace mmasim::isa::semantics
