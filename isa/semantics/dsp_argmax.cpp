// dsp.argmax: the index of the largest channel of every position, the lowest of equals.
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {

void execute(const DspArgmax& i, Registers&, const MemoryView& memory) {
  if (i.channels == 0) return;
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, Element::s64, memory);
  for_each_position(i, [&](int64_t y, int64_t x) {
    int64_t index = 0;
    for (int64_t c = 1; c < i.channels; ++c)
      if (src.read(y, x, c) > src.read(y, x, index)) index = c;
    dst.write(y, x, 0, index);
  });
}

}  // namespace mmasim::isa::semantics
