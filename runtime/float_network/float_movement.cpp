// Operators of the float run that move values and compute nothing.
#include <algorithm>

#include "runtime/float_network/float_step.h"

namespace mmasim::runtime::quantization {

namespace {

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

// y at row-major index (i0, i1, ...) takes the source at first + sum of i * strides.
void gather(const float* source, int64_t first, const Shape& strides, FloatTensor& y) {
  Shape index(y.shape.size(), 0);
  int64_t offset = first;
  for (float& value : y.values) {
    value = source[offset];
    for (size_t axis = index.size(); axis-- > 0;) {
      offset += strides[axis];
      if (++index[axis] < y.shape[axis]) break;
      offset -= strides[axis] * y.shape[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

void evaluate(const Concat& concat, const FloatStep& step) {
  const auto axis = static_cast<size_t>(concat.axis);
  int64_t outer = 1;
  for (size_t i = 0; i < axis; ++i) outer *= step.y.shape[i];
  float* target = step.y.values.data();
  for (int64_t i = 0; i < outer; ++i) {
    for (const FloatTensor* x : step.x) {
      const int64_t run = static_cast<int64_t>(x->values.size()) / outer;
      target = std::copy_n(x->values.data() + i * run, run, target);
    }
  }
}

void evaluate(const Pad& pad, const FloatStep& step) {
  const Shape& shape = step.x[0]->shape;
  const Shape strides = row_major_strides(step.y.shape);
  std::fill(step.y.values.begin(), step.y.values.end(), 0.0f);
  int64_t target = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) target += pad.before[axis] * strides[axis];
  Shape index(shape.size(), 0);
  for (const float value : step.x[0]->values) {
    step.y.values[static_cast<size_t>(target)] = value;
    for (size_t axis = shape.size(); axis-- > 0;) {
      target += strides[axis];
      if (++index[axis] < shape[axis]) break;
      target -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

void evaluate(const Reshape&, const FloatStep& step) { step.y.values = step.x[0]->values; }

void evaluate(const Transpose& transpose, const FloatStep& step) {
  const Shape strides = row_major_strides(step.x[0]->shape);
  Shape taken;
  for (const int64_t axis : transpose.permutation) taken.push_back(strides[static_cast<size_t>(axis)]);
  gather(step.x[0]->values.data(), 0, taken, step.y);
}

void evaluate(const Slice& slice, const FloatStep& step) {
  const Shape strides = row_major_strides(step.x[0]->shape);
  Shape taken;
  int64_t first = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    first += slice.start[axis] * strides[axis];
    taken.push_back(slice.step[axis] * strides[axis]);
  }
  gather(step.x[0]->values.data(), first, taken, step.y);
}

}  // namespace mmasim::runtime::quantization
