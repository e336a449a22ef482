// dsp.pool_max: the largest element of every window.
#include <algorithm>

#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspPoolMax& i, Registers&, const MemoryView& memory) {
  const OperandTile src = source(i, i.type, memory), dst = result(i, i.type, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    Wide largest = kWideMin;
    for (int64_t ky = 0; ky < i.kernel_y; ++ky)
      for (int64_t kx = 0; kx < i.kernel_x; ++kx)
        largest = std::max(
            largest, src.read(y * i.stride_y + ky * i.dilation_y, x * i.stride_x + kx * i.dilation_x, c));
    dst.write(y, x, c, largest);
  });
}

}  // namespace mmasim::isa::semantics
