// Conv, ConvTranspose, Gemm, MatMul and BatchNormalization.
#include <algorithm>
#include <array>
#include <cmath>

#include "tests/random_graphs/operators.h"
#include "tests/random_graphs/windows.h"

namespace mmasim::random_graphs {
namespace {

using tests::integer;
using tests::ints;
using tests::real;

double magnitude_for(int64_t fan_in) { return 2.0 / std::sqrt(static_cast<double>(fan_in)); }

// 1 mostly, else one that divides what must be divisible; the last is depthwise.
int64_t drawn_groups(Drawing& drawing, int64_t channels) {
  switch (drawing.choices().below(4)) {
    case 2: {
      std::vector<int64_t> divisors;
      for (int64_t d = 1; d <= channels; ++d) {
        if (channels % d == 0) divisors.push_back(d);
      }
      return drawing.choices().from(divisors);
    }
    case 3:
      return channels;
    default:
      return 1;
  }
}

// Output channels of each group, so that the whole costs no more than kMostMacs.
int64_t drawn_columns(Drawing& drawing, int64_t groups, int64_t macs_per_column) {
  const int64_t most =
      std::max<int64_t>(1, Drawing::kMostMacs / std::max<int64_t>(1, macs_per_column * groups));
  return std::min({drawing.dimension(), most, std::max<int64_t>(1, 128 / groups)});
}

}  // namespace

void draw_conv(Drawing& drawing) {
  const auto x = drawn_map(drawing);
  const auto window = drawn_window(drawing, x, Padding::any);
  const int64_t groups = drawn_groups(drawing, x.shape[1]), depth = x.shape[1] / groups;
  const int64_t oh = pooled_size(window, x.shape, 0), ow = pooled_size(window, x.shape, 1);
  const int64_t fan_in = depth * window.kernel[0] * window.kernel[1];
  int64_t each = drawn_columns(drawing, groups, fan_in * oh * ow * x.shape[0]);
  each = std::max<int64_t>(1, std::min(each, Drawing::kMostElements / (x.shape[0] * oh * ow * groups)));
  const int64_t columns = each * groups;
  const double magnitude = magnitude_for(fan_in);
  std::vector<std::string> inputs = {
      x.name, drawing.weights(as_written(x.first_side, {columns, depth, window.kernel[0], window.kernel[1]}),
                              magnitude)};
  if (drawing.choices().below(4) != 1) inputs.push_back(drawing.weights({columns}, 1));
  auto attributes = window_attributes(drawing, window);
  if (groups != 1) attributes.push_back(integer("group", groups));
  if (drawing.choices().flip()) attributes.push_back(ints("kernel_shape", sides_of(window, window.kernel)));
  drawing.emit("Conv", inputs, as_written(x.first_side, {x.shape[0], columns, oh, ow}), attributes);
}

void draw_conv_transpose(Drawing& drawing) {
  const auto x = drawn_map(drawing);
  auto& choices = drawing.choices();
  const int64_t groups = drawn_groups(drawing, x.shape[1]), depth = x.shape[1] / groups;
  WindowDrawn window;
  window.first_side = x.first_side;
  std::array<int64_t, 2> output_padding{0, 0};
  int64_t out[2] = {1, 1};
  for (int side = x.first_side; side < 2; ++side) {
    window.kernel[side] = 1 + choices.below(4);
    window.stride[side] = 1 + choices.below(3);
    window.dilation[side] = choices.one_in(4) ? 2 : 1;
    const int64_t extent = window.dilation[side] * (window.kernel[side] - 1) + 1;
    const int64_t most = std::max(window.stride[side], window.dilation[side]);
    output_padding[side] = choices.one_in(4) ? choices.below(static_cast<uint32_t>(most)) : 0;
    const int64_t full = window.stride[side] * (x.shape[side + 2] - 1) + extent + output_padding[side];
    window.pad[side] = std::min<int64_t>(choices.below(3), extent - 1);
    window.pad[side + 2] = std::min<int64_t>(choices.below(3), extent - 1);
    if (full <= window.pad[side] + window.pad[side + 2]) window.pad[side] = window.pad[side + 2] = 0;
    out[side] = full - window.pad[side] - window.pad[side + 2];
  }
  const int64_t taps = window.kernel[0] * window.kernel[1];
  int64_t each = drawn_columns(drawing, groups, depth * taps * count_of(x.shape) / x.shape[1]);
  each = std::max<int64_t>(
      1, std::min(each, 2 * Drawing::kMostElements / (x.shape[0] * out[0] * out[1] * groups)));
  std::vector<std::string> inputs = {
      x.name,
      drawing.weights(as_written(x.first_side, {x.shape[1], each, window.kernel[0], window.kernel[1]}),
                      magnitude_for(depth * taps))};
  if (choices.below(4) != 1) inputs.push_back(drawing.weights({each * groups}, 1));
  auto attributes = window_attributes(drawing, window);
  if (groups != 1) attributes.push_back(integer("group", groups));
  if (output_padding[0] != 0 || output_padding[1] != 0)
    attributes.push_back(ints("output_padding", sides_of(window, output_padding)));
  drawing.emit("ConvTranspose", inputs, as_written(x.first_side, {x.shape[0], each * groups, out[0], out[1]}),
               attributes);
}

void draw_gemm(Drawing& drawing) {
  const auto x = drawing.operand([](const Shape& shape) { return shape.size() == 2; }, 2);
  auto& choices = drawing.choices();
  const int64_t rows = x.shape[0], depth = x.shape[1];
  const int64_t columns = drawn_columns(drawing, 1, rows * depth);
  const bool turned = choices.flip();
  const double magnitude = magnitude_for(depth);
  std::vector<std::string> inputs = {
      x.name, drawing.weights(turned ? Shape{columns, depth} : Shape{depth, columns}, magnitude)};
  switch (choices.below(6)) {
    case 0:
    case 1:
      inputs.push_back(drawing.weights({columns}, 1));
      break;
    case 2:
      inputs.push_back(drawing.weights({1, columns}, 1));
      break;
    case 3:
      inputs.push_back(drawing.weights({1}, 1));
      break;
    case 4:
      inputs.push_back(drawing.weights({}, 1));
      break;
    default:
      if (drawing.opset() < 11) inputs.push_back(drawing.weights({columns}, 1));  // required then
      break;
  }
  std::vector<tests::Attribute> attributes;
  if (turned) attributes.push_back(integer("transB", 1));
  if (choices.one_in(4)) attributes.push_back(real("alpha", 0.5f));
  if (choices.one_in(4)) attributes.push_back(real("beta", -2.0f));
  drawing.emit("Gemm", inputs, {rows, columns}, attributes);
}

// A constant of two dimensions times a tensor.
void draw_matmul_of_constant(Drawing& drawing) {
  const auto x = drawing.operand([](const Shape& shape) { return shape.size() >= 2; }, 2);
  const size_t rank = x.shape.size();
  const int64_t depth = x.shape[rank - 2], others = count_of(x.shape) / depth;
  int64_t rows = drawn_columns(drawing, 1, others * depth);
  rows = std::max<int64_t>(1, std::min(rows, Drawing::kMostElements / others));
  Shape shape = x.shape;
  shape[rank - 2] = rows;
  drawing.emit("MatMul", {drawing.weights({rows, depth}, magnitude_for(depth)), x.name}, shape);
}

void draw_matmul(Drawing& drawing) {
  if (drawing.choices().one_in(5)) return draw_matmul_of_constant(drawing);
  const auto x = drawing.operand([](const Shape& shape) { return !shape.empty(); }, 3);
  const int64_t depth = x.shape.back(), rows = count_of(x.shape) / depth;
  int64_t columns = drawn_columns(drawing, 1, rows * depth);
  columns = std::max<int64_t>(1, std::min(columns, Drawing::kMostElements / rows));
  Shape matrix = {depth, columns};
  while (matrix.size() < x.shape.size() && drawing.choices().one_in(4)) matrix.insert(matrix.begin(), 1);
  const double magnitude = magnitude_for(depth);
  Shape shape = x.shape;
  shape.back() = columns;
  const auto product = drawing.emit("MatMul", {x.name, drawing.weights(matrix, magnitude)}, shape);
  if (!drawing.choices().one_in(3)) return;
  const auto bias = drawing.weights({columns}, 1);
  if (drawing.choices().flip()) {
    drawing.emit("Add", {product, bias}, shape);
  } else {
    drawing.emit("Add", {bias, product}, shape);
  }
}

void draw_batch_normalization(Drawing& drawing) {
  const auto x = drawing.operand([](const Shape& shape) { return shape.size() >= 2; }, 4);
  const int64_t channels = x.shape[1];
  std::vector<std::string> inputs = {x.name};
  for (int i = 0; i < 3; ++i) inputs.push_back(drawing.weights({channels}, 1));
  auto variance = drawing.values(channels, 1);
  for (auto& value : variance) value = value * value + 0.25f;
  inputs.push_back(drawing.reals({channels}, variance));
  std::vector<tests::Attribute> attributes;
  if (drawing.choices().one_in(3)) attributes.push_back(real("epsilon", 0.01f));
  drawing.emit("BatchNormalization", inputs, x.shape, attributes);
}

}  // namespace mmasim::random_graphs
