// Sums of products of reals: bias first, then filter rows, filter columns and input channels in this order,
// product and sum rounded apart. Padding counts as cells of 0.
#include <algorithm>
#include <cmath>

#include "runtime/reference/real.h"

namespace mmasim::runtime::reference {

namespace {

// The indices of x and of the weights that each result of a convolution sums over, in order: visit(y index,
// output channel, x index or none, weight index).
template <class Begin, class Meet, class End>
void for_each_product(const Conv& conv, const NodeOperands& step, Begin begin, Meet meet, End end) {
  const Shape &in = step.x[0]->shape, &out = step.y_shape;
  const Window& w = conv.window;
  const int64_t group_in = in[1] / conv.groups, group_out = out[1] / conv.groups;
  int64_t y = 0;
  for (int64_t n = 0; n < out[0]; ++n)
    for (int64_t oc = 0; oc < out[1]; ++oc)
      for (int64_t oy = 0; oy < out[2]; ++oy)
        for (int64_t ox = 0; ox < out[3]; ++ox, ++y) {
          begin(oc);
          for (int64_t ky = 0; ky < w.kernel[0]; ++ky)
            for (int64_t kx = 0; kx < w.kernel[1]; ++kx) {
              const int64_t iy = oy * w.stride[0] + ky * w.dilation[0] - w.pad[0];
              const int64_t ix = ox * w.stride[1] + kx * w.dilation[1] - w.pad[1];
              const bool is_inside = iy >= 0 && iy < in[2] && ix >= 0 && ix < in[3];
              for (int64_t d = 0; d < group_in; ++d) {
                const int64_t ic = oc / group_out * group_in + d;
                const int64_t x = is_inside ? ((n * in[1] + ic) * in[2] + iy) * in[3] + ix : -1;
                meet(x, ((oc * group_in + d) * w.kernel[0] + ky) * w.kernel[1] + kx);
              }
            }
          end(y, oc);
        }
}

std::vector<float> reals(const IntegerTensor& tensor) {
  std::vector<float> values;
  for (const int64_t bits : tensor.values) values.push_back(real_of(bits));
  return values;
}

// DynamicQuantizeLinear: the grid of 0..255 over the values and 0.
struct RunTimeGrid {
  float step = 1;
  int64_t zero_point = 0;
  std::vector<int64_t> centred;  // q - zero_point

  explicit RunTimeGrid(const std::vector<float>& x) {
    float low = 0, high = 0;
    for (const float v : x) low = v < low ? v : low, high = v > high ? v : high;
    if (low != high) step = (high - low) / 255.0f;
    const float zero = std::nearbyint(real_clip(-low / step, 0.0f, 255.0f));
    zero_point = static_cast<int64_t>(zero);
    for (const float v : x) centred.push_back(real_quantize(v, step, zero_point, 0, 255) - zero_point);
  }
  float result(int64_t sum, const DynamicPlan& plan, int64_t channel) const {
    const auto c = static_cast<size_t>(channel);
    const float step_of_sum = step * plan.steps[plan.steps.size() == 1 ? 0 : c];
    const float scaled = static_cast<float>(sum) * step_of_sum;
    return scaled + plan.bias[c];
  }
};

}  // namespace

std::vector<float> convolve_reals(const Conv& conv, const RealPlan& plan, const NodeOperands& step) {
  const std::vector<float> x = reals(*step.x[0]);
  std::vector<float> y(static_cast<size_t>(element_count(step.y_shape)));
  float sum = 0;
  for_each_product(
      conv, step, [&](int64_t oc) { sum = plan.bias[static_cast<size_t>(oc)]; },
      [&](int64_t at, int64_t weight) {
        const float product =
            (at < 0 ? 0.0f : x[static_cast<size_t>(at)]) * plan.weights[static_cast<size_t>(weight)];
        sum = sum + product;
      },
      [&](int64_t at, int64_t) { y[static_cast<size_t>(at)] = sum; });
  return y;
}

// A convolution of stride 1 with the filter turned about, over the input with zeros between its cells: from
// the last filter row and column to the first, zeros multiplied as well.
std::vector<float> convolve_transposed_reals(const ConvTranspose& conv, const RealPlan& plan,
                                             const NodeOperands& step) {
  const std::vector<float> x = reals(*step.x[0]);
  const Shape& in = step.x[0]->shape;
  const Window& w = conv.window;
  const int64_t group_in = in[1] / conv.groups, group_out = step.y_shape[1] / conv.groups;
  // The cell of the input that lies at a place of the spread one.
  const auto cell = [&](int axis, int64_t place) {
    const bool is_cell = place >= 0 && place % w.stride[axis] == 0 && place / w.stride[axis] < in[2 + axis];
    return is_cell ? place / w.stride[axis] : -1;
  };
  std::vector<float> y;
  for_each_index(step.y_shape, [&](const Shape& at) {
    float sum = plan.bias[static_cast<size_t>(at[1])];
    for (int64_t ky = w.kernel[0] - 1; ky >= 0; --ky)
      for (int64_t kx = w.kernel[1] - 1; kx >= 0; --kx) {
        const int64_t iy = cell(0, at[2] + w.pad[0] - ky * w.dilation[0]);
        const int64_t ix = cell(1, at[3] + w.pad[1] - kx * w.dilation[1]);
        for (int64_t ic = at[1] / group_out * group_in, d = 0; d < group_in; ++ic, ++d) {
          const Shape source{at[0], ic, iy, ix}, filter{ic, at[1] % group_out, ky, kx};
          const int64_t weight = row_major_offset(filter, conv.weights.shape);
          const float v = iy < 0 || ix < 0 ? 0.0f : x[static_cast<size_t>(row_major_offset(source, in))];
          const float product = v * plan.weights[static_cast<size_t>(weight)];
          sum = sum + product;
        }
      }
    y.push_back(sum);
  });
  return y;
}

std::vector<float> convolve_dynamic(const Conv& conv, const DynamicPlan& plan, const NodeOperands& step) {
  const RunTimeGrid grid(reals(*step.x[0]));
  std::vector<float> y(static_cast<size_t>(element_count(step.y_shape)));
  int64_t sum = 0;
  for_each_product(
      conv, step, [&](int64_t) { sum = 0; },
      [&](int64_t at, int64_t weight) {
        if (at >= 0)
          sum += grid.centred[static_cast<size_t>(at)] * plan.product.weights.at(static_cast<size_t>(weight));
      },
      [&](int64_t at, int64_t oc) { y[static_cast<size_t>(at)] = grid.result(sum, plan, oc); });
  return y;
}

std::vector<float> multiply_reals(const RealPlan& plan, const NodeOperands& step) {
  const std::vector<float> x = reals(*step.x[0]);
  const auto depth = static_cast<size_t>(step.x[0]->shape.back()), channels = plan.bias.size();
  std::vector<float> y;
  for (size_t row = 0; row < x.size() / depth; ++row)
    for (size_t n = 0; n < channels; ++n) {
      float sum = plan.bias[n];
      for (size_t k = 0; k < depth; ++k) {
        const float product = x[row * depth + k] * plan.weights[n * depth + k];
        sum = sum + product;
      }
      y.push_back(sum);
    }
  return y;
}

std::vector<float> multiply_dynamic(const DynamicPlan& plan, const NodeOperands& step) {
  const RunTimeGrid grid(reals(*step.x[0]));
  const auto depth = static_cast<size_t>(step.x[0]->shape.back()), channels = plan.bias.size();
  std::vector<float> y;
  for (size_t row = 0; row < grid.centred.size() / depth; ++row)
    for (size_t n = 0; n < channels; ++n) {
      int64_t sum = 0;
      for (size_t k = 0; k < depth; ++k)
        sum += grid.centred[row * depth + k] * plan.product.weights.at(n * depth + k);
      y.push_back(grid.result(sum, plan, static_cast<int64_t>(n)));
    }
  return y;
}

std::vector<float> normalize_reals(const BatchNorm& norm, const RealPlan& plan, const NodeOperands& step) {
  std::vector<float> y = reals(*step.x[0]);
  const int64_t inner = inner_count(step.y_shape, norm.along);
  for (size_t i = 0; i < y.size(); ++i) {
    const auto c = static_cast<size_t>(static_cast<int64_t>(i) / inner % norm.channels);
    const float product = y[i] * plan.weights[c];
    y[i] = plan.bias[c] + product;
  }
  return y;
}

}  // namespace mmasim::runtime::reference
