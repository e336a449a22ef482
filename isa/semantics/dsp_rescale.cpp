// dsp.rescale: dst = clip(SRS(multiplier * (src - src_zero), shift) + dst_zero)
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspRescale& i, Registers&, const MemoryView& memory) {
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, i.dst_type, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    const Wide v = saturating_subtract(src.read(y, x, c), i.src_zero);
    dst.write(y, x, c, finished(i, saturating_multiply(v, i.multiplier)));
  });
}

}  // namespace mmasim::isa::semantics
