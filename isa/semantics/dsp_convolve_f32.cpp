// dsp.convolve_f32: a convolution of reals, sums in the order of taps and source channels.
#include "isa/semantics/float_tile.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspConvolveF32& i, Registers&, const MemoryView& memory) {
  const OperandTile src = source(i, Element::f32, memory), dst = result(i, Element::f32, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    float sum = entry_or<float>(i.biases, static_cast<uint64_t>(c), 0, memory);
    int64_t row = 0;  // of the weights
    for (int64_t ky = 0; ky < i.kernel_y; ++ky)
      for (int64_t kx = 0; kx < i.kernel_x; ++kx)
        for (int64_t d = 0; d < i.depth; ++d, ++row) {
          const int64_t channel = i.per_channel ? c : d;
          const float cell =
              read_f32(src, y * i.stride_y + ky * i.dilation_y, x * i.stride_x + kx * i.dilation_x, channel);
          const float product = cell * read_as<float>(memory.at(i.weights + (row * i.weight_stride + c * 4)));
          sum = sum + product;
        }
    write_f32(dst, y, x, c, clip(sum, i.low, i.high));
  });
}

}  // namespace mmasim::isa::semantics
