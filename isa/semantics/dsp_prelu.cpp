// dsp.prelu: v = src - src_zero; dst = clip(SRS(v >= 0 ? v * positive : v * slope[lane + c], shift) +
// dst_zero)
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspPrelu& i, Registers&, const MemoryView& memory) {
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, i.dst_type, memory);
  const auto slope_of = [&](int64_t c) {
    return i.slopes.is_none() ? i.slope : read_as<int64_t>(memory.at(i.slopes + 8 * (int64_t{i.lane} + c)));
  };
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    const Wide v = saturating_subtract(src.read(y, x, c), i.src_zero);
    dst.write(y, x, c, finished(i, saturating_multiply(v, v >= 0 ? i.positive : slope_of(c))));
  });
}

}  // namespace mmasim::isa::semantics
