// Plans of smooth functions: tables of 2^8 entries, or 1025 knots for wider operands (quantization.md 5.12).
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "isa/kit/exponential.h"
#include "runtime/quantize/grid.h"
#include "runtime/quantize/planning.h"
#include "runtime/quantize/rounding.h"

namespace mmasim::runtime::quantization {

namespace {

constexpr uint32_t kSegmentBits = 10;
constexpr int64_t kLargestKnot = int64_t{1} << 38;  // differences times 22 fraction bits stay within 64 bits

uint32_t fraction_bits_of(uint32_t bits) { return bits == 8 ? 0 : bits - kSegmentBits; }
size_t entries_of(uint32_t bits) { return bits == 8 ? 256 : (size_t{1} << kSegmentBits) + 1; }

double unit_interval(double v) { return std::max(0.0, std::min(1.0, v)); }

double function_value(const Unary& unary, double x) {
  switch (unary.kind) {
    case Unary::Kind::sigmoid:
      return sigmoid(x);
    case Unary::Kind::hard_sigmoid:
      return unit_interval(unary.alpha * x + unary.beta);
    case Unary::Kind::hard_swish:
      return x * unit_interval(x / 6 + 0.5);
  }
  throw std::logic_error("unknown function");
}

double activated(const Activation& activation, double y) {
  switch (activation.kind) {
    case Activation::Kind::none:
      return y;
    case Activation::Kind::relu:
      return std::max(0.0, y);
    case Activation::Kind::clip:
      return std::min(activation.high, std::max(activation.low, y));
  }
  throw std::logic_error("unknown activation");
}

// Outputs in [0, 1]: unsigned with 1.0 as 2^b of what they are stored in, whatever the preset.
TensorPlan unit_grid(const Planning& planning, const Node& node, const char* source) {
  TensorPlan y;
  y.bits = container_bits(planning.choices(node).act_bits);
  y.is_signed = false;
  y.inv_step = two_to(static_cast<int>(y.bits));
  y.low = planning.range(node).low;
  y.high = planning.range(node).high;
  y.source = source;
  if (planning.choices(node).act_affine) y.input_rounding = isa::InputRounding::half_even_quotient;
  return y;
}

}  // namespace

NodePlan plan_node(Planning& planning, const Node& node, const Unary& unary) {
  const TensorPlan& x = planning.input(node);
  TensorPlan& y = planning.output(node);
  if (unary.kind == Unary::Kind::hard_swish) {
    y = grid_of_range(planning.choices(node), planning.range(node), planning.is_signed_output(node));
  } else {
    y = unit_grid(planning, node, "fixed by the function's range");
  }
  LookupPlan plan;
  plan.fraction_bits = fraction_bits_of(x.bits);
  for (size_t i = 0; i < entries_of(x.bits); ++i) {
    const int64_t q = x.container_min() + (static_cast<int64_t>(i) << plan.fraction_bits);
    const double value = activated(planning.activation(node),
                                   function_value(unary, static_cast<double>(q - x.zero_point) / x.inv_step));
    const double level = round_half_up(value * y.inv_step) + static_cast<double>(y.zero_point);
    plan.table.push_back(plan.fraction_bits == 0 ? saturate(level, y.min(), y.max())
                                                 : saturate(level, -kLargestKnot, kLargestKnot));
  }
  return plan;
}

NodePlan plan_node(Planning& planning, const Node& node, const Softmax&) {
  if (planning.activation(node).kind == Activation::Kind::clip) {
    throw std::logic_error("node '" + node.name + "': a clip fused to a Softmax has no place in the plan");
  }
  const TensorPlan& x = planning.input(node);
  planning.output(node) = unit_grid(planning, node, "fixed by Softmax");
  SoftmaxPlan plan;
  plan.bits = planning.output(node).bits;
  plan.fraction_bits = fraction_bits_of(x.bits);
  for (size_t i = 0; i < entries_of(x.bits); ++i) {
    const int64_t below_maximum = static_cast<int64_t>(i) << plan.fraction_bits;
    const double e = exponential(-static_cast<double>(below_maximum) / x.inv_step);
    plan.table.push_back(static_cast<int64_t>(round_half_away(two_to(24) * e)));
  }
  return plan;
}

}  // namespace mmasim::runtime::quantization
