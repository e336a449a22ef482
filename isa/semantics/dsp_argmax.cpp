// dsp.argmax: the index of the largest channel of every position, the lowest of equals. Of reals, nothing is
// larger than a NaN, and a NaN is larger than nothing.
#include "isa/semantics/float_tile.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspArgmax& i, Registers&, const MemoryView& memory) {
  if (i.channels == 0) return;
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, Element::s64, memory);
  const auto is_larger = [&](int64_t y, int64_t x, int64_t c, int64_t than) {
    if (i.src_type == Element::f32) return read_f32(src, y, x, c) > read_f32(src, y, x, than);
    return src.read(y, x, c) > src.read(y, x, than);
  };
  for_each_position(i, [&](int64_t y, int64_t x) {
    int64_t index = 0;
    for (int64_t c = 1; c < i.channels; ++c)
      if (is_larger(y, x, c, index)) index = c;
    dst.write(y, x, 0, index);
  });
}

}  // namespace mmasim::isa::semantics
