#include "runtime/lower/array/window_tile.h"

namespace mmasim::runtime {

namespace {

HeldLines held_lines(int64_t outputs, int64_t stride, int64_t kernel, int64_t dilation, bool may_part) {
  const auto each = (outputs - 1) * stride + 1, whole = each + (kernel - 1) * dilation;
  if (may_part && kernel > 1 && each < dilation) return {kernel, each, each};
  return {1, whole, dilation};
}

}  // namespace

HeldWindows held_windows(const LinearLayer& layer, const Region& output, const Region& input) {
  HeldWindows held;
  const bool may_part = !layer.in.planes;
  held.y = held_lines(output.rows(), layer.stride_y, layer.kernel_y, layer.dilation_y, may_part);
  held.x = held_lines(output.columns(), layer.stride_x, layer.kernel_x, layer.dilation_x, may_part);
  held.elements = input.frames() * held.y.count() * held.x.count() * input.channels();
  return held;
}

Region tap_region(const LinearLayer& layer, const Region& output, Tap tap, Channels channels) {
  auto region = layer.input_region(output);
  region.y0 += tap.y * layer.dilation_y, region.y1 = region.y0 + (output.rows() - 1) * layer.stride_y + 1;
  region.x0 += tap.x * layer.dilation_x, region.x1 = region.x0 + (output.columns() - 1) * layer.stride_x + 1;
  region.c0 = channels.begin, region.c1 = channels.end;
  return region;
}

WindowTile load_windows(LoweringContext& context, Step& step, const LinearLayer& layer, const Region& output,
                        const Region& input) {
  const auto held = held_windows(layer, output, input);
  const bool in_place = lies_in_l2(context, layer.in, input, layer.spread);
  if (in_place || (held.y.groups == 1 && held.x.groups == 1)) {
    return {load_tile(context, step, layer.in, input, layer.input_zero, layer.spread), layer.dilation_y,
            layer.dilation_x};
  }
  const auto tile =
      tile_of_parts(context, layer.in, input.frames(), held.y.count(), held.x.count(), input.channels());
  std::vector<TilePart> parts;
  for (int64_t ky = 0; ky < held.y.groups; ++ky) {
    for (int64_t kx = 0; kx < held.x.groups; ++kx) {
      auto region = input;
      region.y0 = input.y0 + ky * layer.dilation_y, region.y1 = region.y0 + held.y.lines;
      region.x0 = input.x0 + kx * layer.dilation_x, region.x1 = region.x0 + held.x.lines;
      parts.push_back({region, ky * held.y.lines * tile.pitch_y + kx * held.x.lines * tile.pitch_x});
    }
  }
  load_parts(context, step, layer.in, tile, parts, layer.input_zero, layer.spread);
  return {tile, held.y.dilation, held.x.dilation};
}

}  // namespace mmasim::runtime
