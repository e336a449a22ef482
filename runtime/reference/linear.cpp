// Conv, ConvTranspose, Gemm and BatchNorm by their definitions: each says which input value meets which
// weight, and linear.h does the sum.
#include "runtime/reference/linear.h"

#include <optional>

namespace mmasim::runtime::reference {

int128 largest_magnitude(const IntegerTensor& x, int64_t zero_point) {
  int128 largest = std::llabs(zero_point);
  for (const int64_t value : x.values) largest = std::max<int128>(largest, std::llabs(value));
  return largest;
}

int64_t finish_product(int128 accumulator, int128 row_sum, const LinearPlan& plan, int64_t channel) {
  int128 value = accumulator;
  if (!plan.weight_zero_points.empty()) value -= plan.weight_zero_points[0] * row_sum;
  if (!plan.intermediate.empty()) {
    const IntermediatePlan& inter = plan.intermediate[0];
    const int128 half = int128{1} << (inter.bits - 1);
    value = saturate(shift_round(value, inter.shift, plan.requant.rounding), -half, half - 1) +
            inter.bias.at(channel);
  }
  if (plan.late_bias.empty()) return requantize(value, plan.requant, channel);
  const Requantization& stage = plan.requant;
  const int128 product = multiply(value, stage.multipliers.at(channel)) + plan.late_bias.at(channel);
  const int128 level = shift_round(product, stage.shifts.at(channel), stage.rounding) + stage.zero_point;
  return static_cast<int64_t>(saturate(level, stage.clip_min, stage.clip_max));
}

namespace {

struct Position {
  int64_t n, oy, ox;
};

std::vector<Position> positions_from(int64_t first, int64_t count, int64_t out_h, int64_t out_w) {
  std::vector<Position> positions;
  for (int64_t p = first; p < first + count; ++p) {
    positions.push_back({p / (out_h * out_w), p / out_w % out_h, p % out_w});
  }
  return positions;
}

// The common part of both convolutions. source(axis, o, k): the input row or column that filter row or column
// k meets at output o, if it meets one; elsewhere the input counts as its zero point.
template <class Source, class WeightIndex>
IntegerTensor convolve(const Window& window, int64_t groups, NodeOperands& step, Source source,
                       WeightIndex weight_index) {
  const IntegerTensor& x = *step.x[0];
  const int64_t in_c = x.shape[1], in_h = x.shape[2], in_w = x.shape[3];
  const int64_t out_n = step.y_shape[0], out_c = step.y_shape[1], out_h = step.y_shape[2],
                out_w = step.y_shape[3];
  const int64_t kh = window.kernel[0], kw = window.kernel[1], zero = step.x_plan[0]->zero_point;
  const int64_t group_c = in_c / groups;
  IntegerTensor y{step.y_shape, std::vector<int64_t>(element_count(step.y_shape))};

  const auto fill_columns = [&](int64_t group, int64_t first, int64_t count, std::vector<int64_t>& columns) {
    const std::vector<Position> positions = positions_from(first, count, out_h, out_w);
    size_t next = 0;
    for (int64_t ic = group * group_c; ic < (group + 1) * group_c; ++ic) {
      for (int64_t ky = 0; ky < kh; ++ky) {
        for (int64_t kx = 0; kx < kw; ++kx) {
          for (const Position& p : positions) {
            const std::optional<int64_t> iy = source(0, p.oy, ky, in_h), ix = source(1, p.ox, kx, in_w);
            columns[next++] = iy && ix ? x.values[((p.n * in_c + ic) * in_h + *iy) * in_w + *ix] : zero;
          }
        }
      }
    }
  };
  const auto store = [&](int64_t oc, int64_t p, int64_t value) {
    const int64_t n = p / (out_h * out_w), cell = p % (out_h * out_w);
    y.values[(n * out_c + oc) * out_h * out_w + cell] = value;
  };
  run_products({groups, out_c, group_c * kh * kw, out_n * out_h * out_w}, step, fill_columns, weight_index,
               store);
  return y;
}

}  // namespace

IntegerTensor evaluate(const Conv& conv, NodeOperands& step) {
  const Window& window = conv.window;
  const auto source = [&window](int axis, int64_t o, int64_t k, int64_t in) -> std::optional<int64_t> {
    const int64_t i = o * window.stride[axis] + k * window.dilation[axis] - window.pad[axis];
    if (i < 0 || i >= in) return std::nullopt;
    return i;
  };
  const int64_t depth = step.x[0]->shape[1] / conv.groups * window.kernel[0] * window.kernel[1];
  return convolve(window, conv.groups, step, source,
                  [depth](int64_t oc, int64_t k) { return oc * depth + k; });
}

IntegerTensor evaluate(const ConvTranspose& conv, NodeOperands& step) {
  const Window& window = conv.window;
  // Input i adds to output i * stride + k * dilation - pad: seen from the output, the i that does, if it is
  // whole.
  const auto source = [&window](int axis, int64_t o, int64_t k, int64_t in) -> std::optional<int64_t> {
    const int64_t reached = o + window.pad[axis] - k * window.dilation[axis];
    if (reached < 0 || reached % window.stride[axis] != 0 || reached / window.stride[axis] >= in)
      return std::nullopt;
    return reached / window.stride[axis];
  };
  const int64_t group_in = step.x[0]->shape[1] / conv.groups, group_out = step.y_shape[1] / conv.groups;
  const int64_t cells = window.kernel[0] * window.kernel[1];
  const auto weight_index = [=](int64_t oc, int64_t k) {  // weights I, O/groups, kh, kw
    const int64_t group = oc / group_out, ic = group * group_in + k / cells;
    return (ic * group_out + oc % group_out) * cells + k % cells;
  };
  return convolve(window, conv.groups, step, source, weight_index);
}

IntegerTensor evaluate(const Gemm&, NodeOperands& step) {
  const IntegerTensor& x = *step.x[0];
  const int64_t depth = x.shape.back(), channels = step.y_shape.back();
  IntegerTensor y{step.y_shape, std::vector<int64_t>(element_count(step.y_shape))};
  const auto fill_columns = [&](int64_t, int64_t first, int64_t count, std::vector<int64_t>& columns) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t i = 0; i < count; ++i) columns[k * count + i] = x.values[(first + i) * depth + k];
    }
  };
  const auto weight_index = [depth](int64_t n, int64_t k) { return n * depth + k; };
  const auto store = [&](int64_t n, int64_t row, int64_t value) { y.values[row * channels + n] = value; };
  const int64_t rows = depth == 0 ? 0 : element_count(x.shape) / depth;
  run_products({1, channels, depth, rows}, step, fill_columns, weight_index, store);
  return y;
}

IntegerTensor evaluate(const BatchNorm& norm, NodeOperands& step) {
  const IntegerTensor& x = *step.x[0];
  const int64_t channels = channel_count(x.shape, norm.along), inner = inner_count(x.shape, norm.along);
  const int64_t positions = element_count(x.shape) / channels;
  IntegerTensor y{step.y_shape, std::vector<int64_t>(x.values.size())};
  const auto offset = [=](int64_t c, int64_t p) { return (p / inner * channels + c) * inner + p % inner; };
  const auto fill_columns = [&](int64_t c, int64_t first, int64_t count, std::vector<int64_t>& columns) {
    for (int64_t i = 0; i < count; ++i) columns[i] = x.values[offset(c, first + i)];
  };
  const auto weight_index = [](int64_t c, int64_t) { return c; };
  const auto store = [&](int64_t c, int64_t p, int64_t value) { y.values[offset(c, p)] = value; };
  run_products({channels, channels, 1, positions}, step, fill_columns, weight_index, store);
  return y;
}

}  // namespace mmasim::runtime::reference
