// Operators that move values: Pad, Reshape, Transpose, Slice keep them; Concat brings each input to the
// output's scale.
#include "runtime/reference/node_operands.h"

namespace mmasim::runtime::reference {
namespace {

// y(index) = x(source(index))
template <class Source>
IntegerTensor gather(const NodeOperands& step, Source source) {
  const IntegerTensor& x = *step.x[0];
  IntegerTensor y{step.y_shape, {}};
  for_each_index(step.y_shape, [&](const Shape& index) {
    y.values.push_back(x.values.at(row_major_offset(source(index), x.shape)));
  });
  return y;
}

}  // namespace

IntegerTensor evaluate(const Concat& concat, const NodeOperands& step) {
  const auto& plan = step.plan_as<SumPlan>();
  IntegerTensor y{step.y_shape, std::vector<int64_t>(element_count(step.y_shape))};
  int64_t begin = 0;  // of this input along the axis
  for (size_t i = 0; i < step.x.size(); ++i) {
    const IntegerTensor& x = *step.x[i];
    size_t next = 0;
    for_each_index(x.shape, [&](Shape index) {
      index[concat.axis] += begin;
      const int64_t value = x.values[next++] - step.x_plan[i]->zero_point;
      y.values.at(row_major_offset(index, step.y_shape)) =
          requantize(multiply(value, plan.multipliers.at(i)), plan.requants.at(i), 0);
    });
    begin += x.shape[concat.axis];
  }
  return y;
}

IntegerTensor evaluate(const Pad& pad, const NodeOperands& step) {
  const IntegerTensor& x = *step.x[0];
  IntegerTensor y{step.y_shape, {}};
  for_each_index(step.y_shape, [&](Shape index) {
    bool inside = true;
    for (size_t axis = 0; axis < index.size(); ++axis) {
      index[axis] -= pad.before[axis];
      inside = inside && index[axis] >= 0 && index[axis] < x.shape[axis];
    }
    y.values.push_back(inside ? x.values[row_major_offset(index, x.shape)] : step.x_plan[0]->zero_point);
  });
  return y;
}

IntegerTensor evaluate(const Reshape&, const NodeOperands& step) { return {step.y_shape, step.x[0]->values}; }

IntegerTensor evaluate(const Transpose& transpose, const NodeOperands& step) {
  return gather(step, [&](const Shape& index) {
    Shape source(index.size());
    for (size_t axis = 0; axis < index.size(); ++axis) source[transpose.permutation[axis]] = index[axis];
    return source;
  });
}

IntegerTensor evaluate(const Slice& slice, const NodeOperands& step) {
  return gather(step, [&](const Shape& index) {
    Shape source(index.size());
    for (size_t axis = 0; axis < index.size(); ++axis) {
      source[axis] = slice.start[axis] + index[axis] * slice.step[axis];
    }
    return source;
  });
}

}  // namespace mmasim::runtime::reference
