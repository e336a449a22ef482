// dsp.softmax_f32: exponentials over the channels of a position, each as a share of their sum.
#include <vector>

#include "isa/semantics/float_tile.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspSoftmaxF32& i, Registers&, const MemoryView& memory) {
  if (i.channels == 0) return;
  const OperandTile src = source(i, Element::f32, memory), dst = result(i, Element::f32, memory);
  for_each_position(i, [&](int64_t y, int64_t x) {
    float largest = read_f32(src, y, x, 0);
    for (int64_t c = 1; c < i.channels; ++c) largest = maximum(largest, read_f32(src, y, x, c));
    std::vector<float> exponentials;
    float sum = 0;
    for (int64_t c = 0; c < i.channels; ++c) {
      exponentials.push_back(exponential(read_f32(src, y, x, c) - largest));
      sum = sum + exponentials.back();
    }
    for (int64_t c = 0; c < i.channels; ++c)
      write_f32(dst, y, x, c, exponentials[static_cast<size_t>(c)] / sum);
  });
}

}  // namespace mmasim::isa::semantics
