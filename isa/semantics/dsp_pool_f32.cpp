// dsp.pool_f32: the largest or the average of the cells of a window that count.
#include "isa/semantics/float_tile.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspPoolF32& i, Registers&, const MemoryView& memory) {
  const OperandTile src = source(i, Element::f32, memory), dst = result(i, Element::f32, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    float largest = 0, sum = 0;
    uint32_t cells = 0;
    for (int64_t ky = 0; ky < i.kernel_y; ++ky)
      for (int64_t kx = 0; kx < i.kernel_x; ++kx) {
        const int64_t row = y * i.stride_y + ky * i.dilation_y, column = x * i.stride_x + kx * i.dilation_x;
        const bool counts = row >= i.valid_y_begin && row < i.valid_y_end && column >= i.valid_x_begin &&
                            column < i.valid_x_end;
        if (!counts) continue;
        const float cell = read_f32(src, row, column, c);
        largest = cells == 0 ? cell : maximum(largest, cell);
        sum = sum + cell;
        ++cells;
      }
    const float average = cells == 0 ? 0 : sum / static_cast<float>(i.divisor == 0 ? cells : i.divisor);
    write_f32(dst, y, x, c, clip(i.pool == FloatPool::maximum ? largest : average, i.low, i.high));
  });
}

}  // namespace mmasim::isa::semantics
