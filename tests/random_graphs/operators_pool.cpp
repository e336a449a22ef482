// Pools, means over space, Resize and Upsample.
#include <algorithm>

#include "tests/random_graphs/operators.h"
#include "tests/random_graphs/windows.h"

namespace mmasim::random_graphs {
namespace {

using tests::integer;
using tests::ints;
using tests::reals;
using tests::text;

void draw_pool(Drawing& drawing, const std::string& op, Dilations dilations) {
  const auto x = drawn_map(drawing);
  const auto window = drawn_window(drawing, x, Padding::below_window, dilations);
  auto attributes = window_attributes(drawing, window, dilations);
  attributes.push_back(ints("kernel_shape", sides_of(window, window.kernel)));
  const bool up = drawing.opset() >= 10 && window.auto_pad.empty() && drawing.choices().one_in(3);
  if (up) attributes.push_back(integer("ceil_mode", 1));
  if (op == "AveragePool" && drawing.choices().flip()) attributes.push_back(integer("count_include_pad", 1));
  const auto size = [&](int side) {
    return up ? pooled_size_up(window, x.shape, side) : pooled_size(window, x.shape, side);
  };
  drawing.emit(op, {x.name}, as_written(x.first_side, {x.shape[0], x.shape[1], size(0), size(1)}),
               attributes);
}

int64_t drawn_factor(Drawing& drawing, const Shape& x) {
  static const std::vector<int64_t> kFactors = {2, 2, 1, 3, 4, 5};
  const int64_t most = 2 * Drawing::kMostElements / count_of(x);
  return std::max<int64_t>(1, std::min(drawing.choices().from(kFactors), most));
}

struct Scaling {
  DrawnTensor x;
  Shape shape;
  std::vector<float> scales;
};

Scaling drawn_scaling(Drawing& drawing) {
  Scaling scaling{drawing.feature_map(), {}, {}};
  scaling.shape = scaling.x.shape;
  for (const int axis : {2, 3}) {
    const int64_t before = scaling.shape[axis];
    scaling.shape[axis] *= drawn_factor(drawing, scaling.shape);
    if (scaling.scales.empty()) scaling.scales = {1, 1};
    scaling.scales.push_back(static_cast<float>(scaling.shape[axis] / before));
  }
  return scaling;
}

std::vector<tests::Attribute> drawn_rule(Drawing& drawing, bool linear) {
  if (linear) {
    static const char* const kModes[] = {"half_pixel", "asymmetric", "pytorch_half_pixel"};
    std::vector<tests::Attribute> attributes = {text("mode", "linear")};
    const auto mode = drawing.choices().below(4);
    if (mode < 3) attributes.push_back(text("coordinate_transformation_mode", kModes[mode]));
    return attributes;
  }
  std::vector<tests::Attribute> attributes;
  if (drawing.choices().flip()) attributes.push_back(text("mode", "nearest"));
  if (drawing.choices().one_in(3)) return attributes;  // half_pixel, round_prefer_floor
  attributes.push_back(text("coordinate_transformation_mode", "asymmetric"));
  attributes.push_back(text("nearest_mode", "floor"));
  return attributes;
}

}  // namespace

void draw_max_pool(Drawing& drawing) {
  draw_pool(drawing, "MaxPool", drawing.opset() >= 10 ? Dilations::any : Dilations::none);
}

void draw_average_pool(Drawing& drawing) { draw_pool(drawing, "AveragePool", Dilations::none); }

void draw_global_average_pool(Drawing& drawing) {
  const auto x = drawing.operand([](const Shape& shape) { return shape.size() >= 3; }, 4);
  Shape shape = x.shape;
  std::fill(shape.begin() + 2, shape.end(), 1);
  drawing.emit("GlobalAveragePool", {x.name}, shape);
}

// Over all axes from 2 on, in any order.
void draw_reduce_mean(Drawing& drawing) {
  const auto x = drawing.operand([](const Shape& shape) { return shape.size() >= 3; }, 4);
  const size_t rank = x.shape.size();
  std::vector<int64_t> axes;
  for (size_t d = 2; d < rank; ++d) axes.push_back(drawing.written_axis(static_cast<int64_t>(d), rank));
  if (drawing.choices().flip()) std::reverse(axes.begin(), axes.end());
  std::vector<tests::Attribute> attributes = {ints("axes", axes)};
  const bool keeps = !drawing.choices().flip();
  if (!keeps) attributes.push_back(integer("keepdims", 0));
  Shape shape = x.shape;
  std::fill(shape.begin() + 2, shape.end(), 1);
  if (!keeps) shape.resize(2);
  drawing.emit("ReduceMean", {x.name}, shape, attributes);
}

void draw_resize(Drawing& drawing) {
  const auto scaling = drawn_scaling(drawing);
  const bool linear = drawing.choices().flip();
  if (drawing.opset() < 11) {
    std::vector<tests::Attribute> attributes;
    if (linear) attributes.push_back(text("mode", "linear"));
    const auto scales = drawing.reals({4}, scaling.scales);
    drawing.emit("Resize", {scaling.x.name, scales}, scaling.shape, attributes);
    return;
  }
  const std::string roi = drawing.opset() < 13 ? drawing.reals({0}, {}) : "";
  const auto attributes = drawn_rule(drawing, linear);
  if (drawing.choices().flip()) {
    const auto sizes = drawing.integers(scaling.shape);
    const std::string scales = drawing.opset() < 13 ? drawing.reals({0}, {}) : "";
    drawing.emit("Resize", {scaling.x.name, roi, scales, sizes}, scaling.shape, attributes);
  } else {
    drawing.emit("Resize", {scaling.x.name, roi, drawing.reals({4}, scaling.scales)}, scaling.shape,
                 attributes);
  }
}

void draw_upsample(Drawing& drawing) {
  const auto scaling = drawn_scaling(drawing);
  std::vector<tests::Attribute> attributes;
  if (drawing.choices().flip()) attributes.push_back(text("mode", "linear"));
  if (drawing.opset() < 9) {
    attributes.push_back(reals("scales", scaling.scales));
    drawing.emit("Upsample", {scaling.x.name}, scaling.shape, attributes);
  } else {
    drawing.emit("Upsample", {scaling.x.name, drawing.reals({4}, scaling.scales)}, scaling.shape, attributes);
  }
}

}  // namespace mmasim::random_graphs
