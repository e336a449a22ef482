#include "tests/random_graphs/windows.h"

#include <algorithm>

namespace mmasim::random_graphs {
namespace {

using tests::ints;

void pad_as_same(WindowDrawn& window, const Shape& x) {
  for (int side = 0; side < 2; ++side) {
    const int64_t stride = window.stride[side], outputs = (x[side + 2] + stride - 1) / stride;
    const int64_t total =
        std::max<int64_t>(0, (outputs - 1) * stride + extent_of(window, side) - x[side + 2]);
    window.pad[side] = window.auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
    window.pad[side + 2] = total - window.pad[side];
  }
}

}  // namespace

DrawnMap drawn_map(Drawing& drawing) {
  if (!drawing.choices().one_in(6)) {
    const auto x = drawing.feature_map();
    return {x.name, x.shape, 0};
  }
  const auto x = drawing.operand([](const Shape& shape) { return shape.size() == 3; }, 3);
  return {x.name, {x.shape[0], x.shape[1], 1, x.shape[2]}, 1};
}

Shape as_written(int first_side, Shape shape) {
  if (first_side == 1) shape.erase(shape.begin() + 2);
  return shape;
}

std::vector<int64_t> sides_of(const WindowDrawn& window, const std::array<int64_t, 2>& values) {
  return {values.begin() + window.first_side, values.end()};
}

int64_t extent_of(const WindowDrawn& window, int side) {
  return window.dilation[side] * (window.kernel[side] - 1) + 1;
}

int64_t pooled_size(const WindowDrawn& window, const Shape& x, int side) {
  const int64_t room = x[side + 2] + window.pad[side] + window.pad[side + 2] - extent_of(window, side);
  return room / window.stride[side] + 1;
}

int64_t pooled_size_up(const WindowDrawn& window, const Shape& x, int side) {
  const int64_t stride = window.stride[side];
  const int64_t room = x[side + 2] + window.pad[side] + window.pad[side + 2] - extent_of(window, side);
  const int64_t up = (room + stride - 1) / stride + 1;
  return (up - 1) * stride >= x[side + 2] + window.pad[side] ? up - 1 : up;
}

WindowDrawn drawn_window(Drawing& drawing, const DrawnMap& map, Padding padding, Dilations dilations) {
  static const std::vector<int64_t> kKernels = {1, 2, 3, 3, 1, 5, 4, 7}, kStrides = {1, 1, 2, 1, 3, 2, 1, 5};
  auto& choices = drawing.choices();
  const Shape& x = map.shape;
  WindowDrawn window;
  window.first_side = map.first_side;
  for (int side = map.first_side; side < 2; ++side) {
    const int64_t size = x[side + 2];
    window.kernel[side] = choices.one_in(12) ? size : choices.from(kKernels);  // global at times
    window.stride[side] = choices.from(kStrides);
    if (dilations == Dilations::any && choices.one_in(5)) window.dilation[side] = 2 + choices.below(3);
    const bool pads = choices.flip();
    const auto most = static_cast<uint32_t>(padding == Padding::any
                                                ? extent_of(window, side) + 1
                                                : std::min(extent_of(window, side), window.kernel[side]));
    for (const int end : {side, side + 2}) window.pad[end] = pads ? choices.below(most) : 0;
    while (extent_of(window, side) > size + window.pad[side] + window.pad[side + 2]) {
      if (window.dilation[side] > 1) {
        window.dilation[side] = 1;
      } else {
        window.kernel[side] = std::max<int64_t>(1, window.kernel[side] / 2);
      }
      const int64_t limit = padding == Padding::any ? window.kernel[side] : window.kernel[side] - 1;
      for (const int end : {side, side + 2}) window.pad[end] = std::min(window.pad[end], limit);
    }
  }
  switch (choices.below(8)) {
    case 5:
      window.auto_pad = "SAME_UPPER";
      pad_as_same(window, x);
      break;
    case 6:
      window.auto_pad = "SAME_LOWER";
      pad_as_same(window, x);
      break;
    case 7:
      if (extent_of(window, 0) > x[2] || extent_of(window, 1) > x[3]) break;
      window.auto_pad = "VALID";
      window.pad = {0, 0, 0, 0};
      break;
    default:
      break;
  }
  return window;
}

std::vector<tests::Attribute> window_attributes(Drawing& drawing, const WindowDrawn& window,
                                                Dilations dilations) {
  std::vector<tests::Attribute> attributes;
  const bool says_defaults = drawing.choices().flip();
  const std::array<int64_t, 2> ones{1, 1};
  if (says_defaults || window.stride != ones)
    attributes.push_back(ints("strides", sides_of(window, window.stride)));
  if (dilations == Dilations::any && (window.dilation != ones || says_defaults))
    attributes.push_back(ints("dilations", sides_of(window, window.dilation)));
  if (!window.auto_pad.empty()) {
    attributes.push_back(tests::text("auto_pad", window.auto_pad));
  } else if (says_defaults || window.pad != std::array<int64_t, 4>{0, 0, 0, 0}) {
    auto pads = sides_of(window, {window.pad[0], window.pad[1]});
    for (const int64_t pad : sides_of(window, {window.pad[2], window.pad[3]})) pads.push_back(pad);
    attributes.push_back(ints("pads", pads));
  }
  return attributes;
}

}  // namespace mmasim::random_graphs
