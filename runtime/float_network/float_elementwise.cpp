// Elementwise operators of the float run, Softmax and ArgMax, in float32; exponentials in binary64, then
// rounded.
#include <algorithm>
#include <stdexcept>

#include "isa/kit/exponential.h"
#include "runtime/float_network/float_step.h"
#include "runtime/graph/axes.h"

namespace mmasim::runtime::quantization {

namespace {

// Calls apply(first element, count, channel) for every run of one channel.
template <class Apply>
void for_each_channel(const Shape& shape, const AxisSpan& along, const Apply& apply) {
  const int64_t inner = inner_count(shape, along), channels = channel_count(shape, along);
  const int64_t total = element_count(shape);
  for (int64_t begin = 0, run = 0; begin < total; begin += inner, ++run) apply(begin, inner, run % channels);
}

// Strides of an operand over the output's dimensions; 0 where it broadcasts.
Shape broadcast_strides(const Shape& operand, const Shape& output) {
  Shape strides(output.size(), 0);
  int64_t stride = 1;
  for (size_t i = 0; i < operand.size(); ++i) {
    const size_t axis = operand.size() - 1 - i;
    strides[output.size() - 1 - i] = operand[axis] == 1 ? 0 : stride;
    stride *= operand[axis];
  }
  return strides;
}

template <class Combine>
void combine_broadcast(const FloatStep& step, const Combine& combine) {
  const Shape& shape = step.y.shape;
  const Shape a = broadcast_strides(step.x[0]->shape, shape), b = broadcast_strides(step.x[1]->shape, shape);
  const float* const a_values = step.x[0]->values.data();
  const float* const b_values = step.x[1]->values.data();
  Shape index(shape.size(), 0);
  int64_t a_offset = 0, b_offset = 0;
  for (float& y : step.y.values) {
    y = combine(a_values[a_offset], b_values[b_offset]);
    for (size_t axis = shape.size(); axis-- > 0;) {
      a_offset += a[axis];
      b_offset += b[axis];
      if (++index[axis] < shape[axis]) break;
      a_offset -= a[axis] * shape[axis];
      b_offset -= b[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

template <class Combine>
void combine_operands(const FloatStep& step, const Combine& combine) {
  const auto& a = step.x[0]->values;
  const auto& b = step.x[1]->values;
  if (a.size() != step.y.values.size() || b.size() != step.y.values.size()) {
    combine_broadcast(step, combine);
    return;
  }
  for (size_t i = 0; i < a.size(); ++i) step.y.values[i] = combine(a[i], b[i]);
}

float unit_interval(float v) { return v < 0.0f ? 0.0f : v > 1.0f ? 1.0f : v; }

float function_value(const Unary& unary, float x) {
  switch (unary.kind) {
    case Unary::Kind::sigmoid:
      return static_cast<float>(sigmoid(x));
    case Unary::Kind::hard_sigmoid:
      return unit_interval(static_cast<float>(unary.alpha) * x + static_cast<float>(unary.beta));
    case Unary::Kind::hard_swish:
      return x * unit_interval(x / 6.0f + 0.5f);
  }
  throw std::logic_error("unknown function");
}

// Calls apply(offset of the first element, step between elements) for every line along `axis`.
template <class Apply>
void for_each_line(const Shape& shape, int64_t axis, const Apply& apply) {
  const int64_t inner = inner_count(shape, AxisSpan{axis, 1}), length = shape.at(static_cast<size_t>(axis));
  const int64_t total = element_count(shape);
  for (int64_t outer = 0; outer < total; outer += inner * length) {
    for (int64_t i = 0; i < inner; ++i) apply(outer + i, inner);
  }
}

}  // namespace

void evaluate(const BatchNorm& norm, const FloatStep& step) {
  const float* const x = step.x[0]->values.data();
  if (norm.scale.size() != static_cast<size_t>(norm.channels)) {
    throw std::logic_error("node '" + step.node.name + "' has no values to run with");
  }
  for_each_channel(step.y.shape, norm.along, [&](int64_t begin, int64_t count, int64_t channel) {
    const auto scale = static_cast<float>(norm.scale[static_cast<size_t>(channel)]);
    const float shift = bias_of(norm.shift, channel);
    float* const y = step.y.values.data();
    for (int64_t i = begin; i < begin + count; ++i) y[i] = x[i] * scale + shift;
  });
}

void evaluate(const Clip&, const FloatStep& step) { step.y.values = step.x[0]->values; }

void evaluate(const Prelu& prelu, const FloatStep& step) {
  if (prelu.slopes.empty()) throw std::logic_error("node '" + step.node.name + "' has no slopes to run with");
  const float* const x = step.x[0]->values.data();
  const AxisSpan along = prelu.channels > 0 ? prelu.along : AxisSpan{0, 0};
  for_each_channel(step.y.shape, along, [&](int64_t begin, int64_t count, int64_t channel) {
    const auto slope = static_cast<float>(prelu.slopes[static_cast<size_t>(channel)]);
    for (int64_t i = begin; i < begin + count; ++i) {
      step.y.values[static_cast<size_t>(i)] = x[i] < 0.0f ? x[i] * slope : x[i];
    }
  });
}

void evaluate(const Unary& unary, const FloatStep& step) {
  const auto& x = step.x[0]->values;
  for (size_t i = 0; i < x.size(); ++i) step.y.values[i] = function_value(unary, x[i]);
}

void evaluate(const Add&, const FloatStep& step) {
  combine_operands(step, [](float a, float b) { return a + b; });
}

void evaluate(const Sub&, const FloatStep& step) {
  combine_operands(step, [](float a, float b) { return a - b; });
}

void evaluate(const Mul&, const FloatStep& step) {
  combine_operands(step, [](float a, float b) { return a * b; });
}

void evaluate(const Softmax& softmax, const FloatStep& step) {
  const float* const x = step.x[0]->values.data();
  float* const y = step.y.values.data();
  const int64_t length = step.y.shape.at(static_cast<size_t>(softmax.axis));
  std::vector<double> exponentials(static_cast<size_t>(length));
  for_each_line(step.y.shape, softmax.axis, [&](int64_t first, int64_t stride) {
    float largest = x[first];
    for (int64_t i = 1; i < length; ++i) largest = std::max(largest, x[first + i * stride]);
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) {
      const double e = exponential(static_cast<double>(x[first + i * stride]) - static_cast<double>(largest));
      exponentials[static_cast<size_t>(i)] = e;
      sum += e;
    }
    for (int64_t i = 0; i < length; ++i) {
      y[first + i * stride] = static_cast<float>(exponentials[static_cast<size_t>(i)] / sum);
    }
  });
}

// The output has 1 in the axis, or lacks it: either way its elements follow the lines' order.
void evaluate(const ArgMax& argmax, const FloatStep& step) {
  const FloatTensor& x = *step.x[0];
  const int64_t length = x.shape.at(static_cast<size_t>(argmax.axis));
  size_t line = 0;
  for_each_line(x.shape, argmax.axis, [&](int64_t first, int64_t stride) {
    int64_t best = 0;
    for (int64_t i = 1; i < length; ++i) {
      if (x.values[static_cast<size_t>(first + i * stride)] >
          x.values[static_cast<size_t>(first + best * stride)]) {
        best = i;
      }
    }
    step.y.values.at(line++) = static_cast<float>(best);
  });
}

}  // namespace mmasim::runtime::quantization
