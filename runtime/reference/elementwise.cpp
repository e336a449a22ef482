// Operators that work element by element: Clip, Add, Sub, Mul with broadcasting, PReLU, and functions by
// table.
#include <cstdint>

#include "runtime/reference/node_operands.h"

namespace mmasim::runtime::reference {
namespace {

// The element of `shape` that meets `index` of the output: dimensions align right, a dimension of 1 repeats.
int64_t broadcast_offset(const Shape& index, const Shape& shape) {
  const size_t missing = index.size() - shape.size();
  int64_t offset = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    offset = offset * shape[axis] + (shape[axis] == 1 ? 0 : index[missing + axis]);
  }
  return offset;
}

// y = combine(values of all inputs, each less its zero point) through the output stage
template <class Combine>
IntegerTensor combine_elements(const NodeOperands& step, const Requantization& requant, Combine combine) {
  IntegerTensor y{step.y_shape, {}};
  std::vector<int64_t> values(step.x.size());
  for_each_index(step.y_shape, [&](const Shape& index) {
    for (size_t i = 0; i < values.size(); ++i) {
      const IntegerTensor& x = *step.x[i];
      values[i] = x.values[broadcast_offset(index, x.shape)] - step.x_plan[i]->zero_point;
    }
    y.values.push_back(requantize(combine(values), requant, 0));
  });
  return y;
}

// Clip, Add and Sub: SRS(sum of multiplier_i * (q_i - z_i)); the sign of a difference is in the multiplier.
IntegerTensor weighted_sum(const NodeOperands& step) {
  const auto& plan = step.plan_as<SumPlan>();
  return combine_elements(step, plan.requants.at(0), [&plan](const std::vector<int64_t>& values) {
    int128 sum = 0;
    for (size_t i = 0; i < values.size(); ++i) sum += multiply(values[i], plan.multipliers.at(i));
    return sum;
  });
}

}  // namespace

IntegerTensor evaluate(const Clip&, const NodeOperands& step) { return weighted_sum(step); }
IntegerTensor evaluate(const Add&, const NodeOperands& step) { return weighted_sum(step); }
IntegerTensor evaluate(const Sub&, const NodeOperands& step) { return weighted_sum(step); }

IntegerTensor evaluate(const Mul&, const NodeOperands& step) {
  const auto& plan = step.plan_as<ProductPlan>();
  return combine_elements(step, plan.requant, [&plan](const std::vector<int64_t>& values) {
    return multiply(static_cast<int128>(values.at(0)) * values.at(1), plan.multiplier);
  });
}

namespace {

IntegerTensor looked_up(const NodeOperands& step) {
  const auto& plan = step.plan_as<LookupPlan>();
  IntegerTensor y{step.y_shape, {}};
  for (const int64_t value : step.x[0]->values) {
    const int64_t entry = look_up(plan.table, plan.fraction_bits, value - step.x_plan[0]->container_min());
    y.values.push_back(static_cast<int64_t>(saturate(entry, step.y_plan.min(), step.y_plan.max())));
  }
  return y;
}

}  // namespace

IntegerTensor evaluate(const Prelu& prelu, const NodeOperands& step) {
  if (std::holds_alternative<LookupPlan>(step.plan)) return looked_up(step);
  const auto& plan = step.plan_as<PreluPlan>();
  const IntegerTensor& x = *step.x[0];
  const AxisSpan along = prelu.channels > 0 ? prelu.along : AxisSpan{0, 0};
  const int64_t channels = channel_count(x.shape, along), inner = inner_count(x.shape, along);
  IntegerTensor y{step.y_shape, {}};
  for (int64_t i = 0; i < element_count(x.shape); ++i) {
    const int64_t channel = i / inner % channels;
    const int64_t value = x.values[i] - step.x_plan[0]->zero_point;
    const int64_t slope = value >= 0 ? plan.positive : plan.slopes.at(channel);
    y.values.push_back(requantize(multiply(value, slope), plan.requant, channel));
  }
  return y;
}

IntegerTensor evaluate(const Unary&, const NodeOperands& step) { return looked_up(step); }

}  // namespace mmasim::runtime::reference
