// Resize of feature maps N,C,H,W by whole factors: nearest copies, bilinear weighs the four cells around a
// position.
#include <algorithm>
#include <array>

#include "runtime/reference/node_operands.h"

namespace mmasim::runtime::reference {
namespace {

// Where an output row or column lies between two of the input: weights count in parts of 2 * factor.
struct Between {
  std::array<int64_t, 2> index;
  std::array<int64_t, 2> weight;
};

// Position p = (2*o + 1 - factor) / (2*factor) with pixel centres, o / factor without; indices outside clamp.
Between between(int64_t o, int64_t factor, bool half_pixel, int64_t in) {
  const int64_t numerator = 2 * o + (half_pixel ? 1 - factor : 0), parts = 2 * factor;
  const int64_t floor = numerator >= 0 ? numerator / parts : -((-numerator + parts - 1) / parts);
  const int64_t upper = numerator - parts * floor;
  const auto clamp = [in](int64_t i) { return std::min(std::max(i, int64_t{0}), in - 1); };
  return {{clamp(floor), clamp(floor + 1)}, {parts - upper, upper}};
}

int64_t bilinear(const Resize& resize, const ResizePlan& plan, const NodeOperands& step, const Shape& index) {
  const IntegerTensor& x = *step.x[0];
  const Between rows = between(index[2], resize.factor_y, resize.half_pixel, x.shape[2]);
  const Between columns = between(index[3], resize.factor_x, resize.half_pixel, x.shape[3]);
  int128 sum = 0;
  for (int dy = 0; dy < 2; ++dy) {
    for (int dx = 0; dx < 2; ++dx) {
      const Shape source{index[0], index[1], rows.index[dy], columns.index[dx]};
      const int64_t value = x.values[row_major_offset(source, x.shape)];
      sum += static_cast<int128>(rows.weight[dy] * columns.weight[dx]) * value;
    }
  }
  const int128 rounded = shift_round(multiply(sum, plan.multiplier), plan.shift, isa::Rounding::half_up);
  return static_cast<int64_t>(saturate(rounded, step.y_plan.min(), step.y_plan.max()));
}

}  // namespace

IntegerTensor evaluate(const Resize& resize, const NodeOperands& step) {
  const IntegerTensor& x = *step.x[0];
  const ResizePlan* plan = resize.mode == Resize::Mode::bilinear ? &step.plan_as<ResizePlan>() : nullptr;
  IntegerTensor y{step.y_shape, {}};
  for_each_index(step.y_shape, [&](const Shape& index) {
    if (plan) {
      y.values.push_back(bilinear(resize, *plan, step, index));
    } else {
      const Shape source{index[0], index[1], index[2] / resize.factor_y, index[3] / resize.factor_x};
      y.values.push_back(x.values[row_major_offset(source, x.shape)]);
    }
  });
  return y;
}

}  // namespace mmasim::runtime::reference
