// dsp.pool_average: the sum of every window times the reciprocal of its valid cells.
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspPoolAverage& i, Registers&, const MemoryView& memory) {
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, i.dst_type, memory);
  const auto is_valid = [&](int64_t y, int64_t x) {
    return y >= i.valid_y_begin && y < i.valid_y_end && x >= i.valid_x_begin && x < i.valid_x_end;
  };
  const auto reciprocal_of = [&](int64_t cells) {
    return i.reciprocals.is_none() ? i.reciprocal
                                   : read_as<int64_t>(memory.at(i.reciprocals + 8 * (cells - 1)));
  };
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    Wide sum = 0;
    int64_t valid_cells = 0;
    for (int64_t ky = 0; ky < i.kernel_y; ++ky)
      for (int64_t kx = 0; kx < i.kernel_x; ++kx) {
        const int64_t row = y * i.stride_y + ky, column = x * i.stride_x + kx;
        sum += saturating_subtract(src.read(row, column, c), i.src_zero);
        valid_cells += is_valid(row, column) ? 1 : 0;
      }
    dst.write(
        y, x, c,
        valid_cells == 0 ? i.dst_zero : finished(i, saturating_multiply(sum, reciprocal_of(valid_cells))));
  });
}

}  // namespace mmasim::isa::semantics
