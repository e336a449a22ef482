// Pools of reals: over the cells of the map that lie in the window, by rows, from the first on.
#include "runtime/reference/real.h"

namespace mmasim::runtime::reference {

namespace {

// Cells of a window's row or column that lie within the map and its padding, which a pool that counts padding
// takes.
bool lies_within(int64_t at, int64_t size, int64_t before, int64_t after, bool counts_padding) {
  return counts_padding ? at >= -before && at < size + after : at >= 0 && at < size;
}

}  // namespace

std::vector<float> pool_reals(const Window& w, bool is_average, bool counts_padding,
                              const NodeOperands& step) {
  const Shape &in = step.x[0]->shape, &out = step.y_shape;
  const int64_t out_h = out.size() > 2 ? out[2] : 1, out_w = out.size() > 3 ? out[3] : 1;
  std::vector<float> y;
  for (int64_t plane = 0; plane < in[0] * in[1]; ++plane)
    for (int64_t oy = 0; oy < out_h; ++oy)
      for (int64_t ox = 0; ox < out_w; ++ox) {
        float sum = 0, largest = 0;
        int64_t cells = 0;
        for (int64_t ky = 0; ky < w.kernel[0]; ++ky)
          for (int64_t kx = 0; kx < w.kernel[1]; ++kx) {
            const int64_t iy = oy * w.stride[0] + ky * w.dilation[0] - w.pad[0];
            const int64_t ix = ox * w.stride[1] + kx * w.dilation[1] - w.pad[1];
            if (!lies_within(iy, in[2], w.pad[0], w.pad[2], counts_padding) ||
                !lies_within(ix, in[3], w.pad[1], w.pad[3], counts_padding))
              continue;
            const bool is_inside = iy >= 0 && iy < in[2] && ix >= 0 && ix < in[3];
            const float cell =
                is_inside ? real_of(step.x[0]->values[static_cast<size_t>((plane * in[2] + iy) * in[3] + ix)])
                          : 0.0f;
            largest = cells == 0 ? cell : real_larger(largest, cell);
            sum = sum + cell;
            ++cells;
          }
        const float average = cells == 0 ? 0.0f : sum / static_cast<float>(cells);
        y.push_back(is_average ? average : largest);
      }
  return y;
}

}  // namespace mmasim::runtime::reference
