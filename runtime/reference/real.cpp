#include "runtime/reference/real.h"

#include <cmath>

namespace mmasim::runtime::reference {

namespace {

float real_function(const Unary& unary, float v) {
  if (unary.kind == Unary::Kind::sigmoid) return real_sigmoid(v);
  const bool is_swish = unary.kind == Unary::Kind::hard_swish;
  const auto alpha = static_cast<float>(is_swish ? 1.0 / 6.0 : unary.alpha);
  const auto beta = static_cast<float>(is_swish ? 0.5 : unary.beta);
  const float line = alpha * v;
  const float share = real_clip(line + beta, 0.0f, 1.0f);
  return is_swish ? v * share : share;
}

template <class Function>
std::vector<float> each(const NodeOperands& step, Function function) {
  std::vector<float> y;
  for (const int64_t bits : step.x[0]->values) y.push_back(function(real_of(bits)));
  return y;
}

// Row-major position in an operand that broadcasts to `shape`, of the result's index.
size_t broadcast_position(const Shape& index, const Shape& operand) {
  int64_t at = 0;
  const size_t missing = index.size() - operand.size();
  for (size_t d = 0; d < operand.size(); ++d)
    at = at * operand[d] + (operand[d] == 1 ? 0 : index[missing + d]);
  return static_cast<size_t>(at);
}

template <class Function>
std::vector<float> pairs(const NodeOperands& step, Function function) {
  std::vector<float> y;
  for_each_index(step.y_shape, [&](const Shape& index) {
    y.push_back(function(real_of(step.x[0]->values[broadcast_position(index, step.x[0]->shape)]),
                         real_of(step.x[1]->values[broadcast_position(index, step.x[1]->shape)])));
  });
  return y;
}

std::vector<float> softmax(const Softmax& op, const NodeOperands& step) {
  const auto axis = static_cast<size_t>(op.axis);
  const auto inner = static_cast<size_t>(inner_count(step.y_shape, axis));
  const auto count = static_cast<size_t>(step.y_shape[axis]);
  std::vector<float> y = each(step, [](float v) { return v; });
  for (size_t outer = 0; outer < y.size(); outer += count * inner)
    for (size_t i = outer; i < outer + inner; ++i) {
      float largest = y[i], sum = 0;
      for (size_t c = 1; c < count; ++c) largest = real_larger(largest, y[i + c * inner]);
      for (size_t c = 0; c < count; ++c) {
        y[i + c * inner] = real_exponential(y[i + c * inner] - largest);
        sum = sum + y[i + c * inner];
      }
      for (size_t c = 0; c < count; ++c) y[i + c * inner] = y[i + c * inner] / sum;
    }
  return y;
}

std::vector<float> concat(const Concat& op, const NodeOperands& step) {
  const auto axis = static_cast<size_t>(op.axis);
  const auto inner = static_cast<size_t>(inner_count(step.y_shape, axis));
  size_t outer = 1;
  for (size_t d = 0; d < axis; ++d) outer *= static_cast<size_t>(step.y_shape[d]);
  std::vector<float> y;
  for (size_t row = 0; row < outer; ++row)
    for (const IntegerTensor* x : step.x) {
      const size_t piece = static_cast<size_t>(x->shape[axis]) * inner;
      for (size_t k = 0; k < piece; ++k) y.push_back(real_of(x->values[row * piece + k]));
    }
  return y;
}

Window whole_map(const Shape& in) {
  Window window;
  window.kernel = {in[2], in[3]};
  return window;
}

struct RealValues {
  const RealPlan& plan;
  const NodeOperands& step;

  std::vector<float> operator()(const Conv& op) const { return convolve_reals(op, plan, step); }
  std::vector<float> operator()(const ConvTranspose& op) const {
    return convolve_transposed_reals(op, plan, step);
  }
  std::vector<float> operator()(const Gemm&) const { return multiply_reals(plan, step); }
  std::vector<float> operator()(const BatchNorm& op) const { return normalize_reals(op, plan, step); }
  std::vector<float> operator()(const Clip&) const {
    return each(step, [](float v) { return v; });
  }
  std::vector<float> operator()(const Prelu& op) const {
    const auto slope = static_cast<float>(op.slopes.at(0));
    return each(step, [slope](float v) { return v < 0 ? slope * v : v; });
  }
  std::vector<float> operator()(const Unary& op) const {
    return each(step, [&](float v) { return real_function(op, v); });
  }
  std::vector<float> operator()(const Add&) const {
    return pairs(step, [](float a, float b) { return a + b; });
  }
  std::vector<float> operator()(const Sub&) const {
    return pairs(step, [](float a, float b) { return a - b; });
  }
  std::vector<float> operator()(const Mul&) const {
    return pairs(step, [](float a, float b) { return a * b; });
  }
  std::vector<float> operator()(const MaxPool& op) const { return pool_reals(op.window, false, false, step); }
  std::vector<float> operator()(const AveragePool& op) const {
    return pool_reals(op.window, true, op.count_padding, step);
  }
  std::vector<float> operator()(const GlobalAveragePool&) const {
    return pool_reals(whole_map(step.x[0]->shape), true, false, step);
  }
  std::vector<float> operator()(const Softmax& op) const { return softmax(op, step); }
  std::vector<float> operator()(const Concat& op) const { return concat(op, step); }
  template <class Other>
  std::vector<float> operator()(const Other&) const {
    throw std::logic_error("reference: node '" + step.node.name + "' (" + operator_name(step.node.op) +
                           ") in binary32");
  }
};

std::vector<float> dynamic_values(const DynamicPlan& plan, const NodeOperands& step) {
  if (const auto* conv = std::get_if<Conv>(&step.node.op)) return convolve_dynamic(*conv, plan, step);
  if (std::holds_alternative<Gemm>(step.node.op)) return multiply_dynamic(plan, step);
  throw std::logic_error("reference: node '" + step.node.name + "' is quantized at run time");
}

IntegerTensor clipped(const std::vector<float>& values, float low, float high, const Shape& shape) {
  IntegerTensor y{shape, {}};
  for (const float v : values) y.values.push_back(bits_of(real_clip(v, low, high)));
  return y;
}

IntegerTensor to_integers(const QuantizePlan& plan, const NodeOperands& step) {
  IntegerTensor y{step.y_shape, {}};
  for (const int64_t bits : step.x[0]->values)
    y.values.push_back(real_quantize(real_of(bits), plan.step, step.y_plan.zero_point, step.y_plan.min(),
                                     step.y_plan.max()));
  return y;
}

IntegerTensor to_reals(const DequantizePlan& plan, const NodeOperands& step) {
  IntegerTensor y{step.y_shape, {}};
  for (const int64_t q : step.x[0]->values)
    y.values.push_back(bits_of(static_cast<float>(q - step.x_plan[0]->zero_point) * plan.step));
  return y;
}

}  // namespace

bool is_real_step(const NodePlan& plan) {
  return std::holds_alternative<RealPlan>(plan) || std::holds_alternative<DynamicPlan>(plan) ||
         std::holds_alternative<QuantizePlan>(plan) || std::holds_alternative<DequantizePlan>(plan);
}

IntegerTensor evaluate_real(const NodeOperands& step) {
  if (const auto* plan = std::get_if<QuantizePlan>(&step.plan)) return to_integers(*plan, step);
  if (const auto* plan = std::get_if<DequantizePlan>(&step.plan)) return to_reals(*plan, step);
  if (const auto* plan = std::get_if<DynamicPlan>(&step.plan))
    return clipped(dynamic_values(*plan, step), plan->low, plan->high, step.y_shape);
  const auto& plan = step.plan_as<RealPlan>();
  return clipped(std::visit(RealValues{plan, step}, step.node.op), plan.low, plan.high, step.y_shape);
}

}  // namespace mmasim::runtime::reference
