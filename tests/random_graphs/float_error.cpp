#include "tests/random_graphs/float_error.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/random_graphs/node_error.h"

namespace mmasim::random_graphs {
namespace {

using runtime::FloatTensor;
using runtime::TensorPlan;

// Half a step of rounding, and what is lost where two roundings meet.
constexpr double kRounding = 0.55;
// A step chosen among powers of two is at most twice what the range asks for, and a hundredth for the
// corners.
constexpr double kCoarsest = 2.03;

double real_of(const TensorPlan& plan, int64_t q) {
  return static_cast<double>(q - plan.zero_point) / plan.inv_step;
}

FloatTensor reals_of(const TensorPlan& plan, const runtime::IntegerTensor& tensor) {
  FloatTensor out{tensor.shape, {}};
  for (const auto q : tensor.values) out.values.push_back(static_cast<float>(real_of(plan, q)));
  return out;
}

constexpr double kZeroRange = 1e-15;  // quantization.md 3.1

double reach_of(const runtime::Range& range) { return std::max(std::fabs(range.low), std::fabs(range.high)); }

double range_step(const runtime::Range& range, const TensorPlan& plan) {
  const double levels = std::ldexp(1.0, static_cast<int>(plan.bits) - (plan.is_signed ? 1 : 0));
  if (plan.is_affine()) return (std::max(range.high, 0.0) - std::min(range.low, 0.0)) / (levels - 1);
  return reach_of(range) / levels;
}

class Bounds {
 public:
  explicit Bounds(const QuantizedRun& run) : run_(run) {}

  std::string check_input(size_t index) {
    const auto id = run_.graph.inputs[index];
    const auto& plan = run_.plan.tensors[id];
    const auto coarse = check_step(id, 1, 0);
    if (!coarse.empty()) return coarse;
    const auto& x = run_.inputs[index].values;
    for (size_t i = 0; i < x.size(); ++i) {
      const auto outside = check_value(id, i, x[i], 1e-6 * std::fabs(x[i]), 1 / plan.inv_step);
      if (!outside.empty()) return outside;
    }
    return "";
  }

  std::string check_node(const runtime::Node& node) {
    if (std::holds_alternative<runtime::ArgMax>(node.op)) return check_index(node);
    NodeRun alone{node, run_.spec, {}, {}, {}, {}};
    for (const auto id : node.inputs) {
      alone.operands.push_back(run_.plan.tensors[id]);
      alone.values.push_back(reals_of(run_.plan.tensors[id], run_.integers[id]));
      alone.integers.push_back(run_.integers[id]);
    }
    alone.exact = run_alone(node.op, alone.values, run_.graph.tensors[node.output].shape);
    const auto error = error_of(alone);
    const auto& plan = run_.plan.tensors[node.output];
    const auto coarse = check_grid(node, error);
    if (!coarse.empty()) return coarse;
    // A tensor of zeros has any step, unless its function fixes one, and zero stands for nothing else.
    // Operands on grids of their own may leave something of what was zero in calibration.
    const bool blank = !error.fixed_grid && reach_of(run_.ranges[node.output]) < kZeroRange;
    for (size_t i = 0; i < alone.exact.values.size(); ++i) {
      const double expected = activated(node.activation, alone.exact.values[i]);
      const double step = blank && std::fabs(expected) < kZeroRange ? 2 * kZeroRange : 1 / plan.inv_step;
      const auto outside = check_value(node.output, i, expected, error.of_result[i],
                                       error.keeps_grid && copies(node) ? 0 : step);
      if (!outside.empty()) return outside;
    }
    return "";
  }

 private:
  static bool copies(const runtime::Node& node) {
    const auto* resize = std::get_if<runtime::Resize>(&node.op);
    return resize == nullptr || resize->mode == runtime::Resize::Mode::nearest;
  }

  std::string name_of(runtime::TensorId id) const { return "tensor '" + run_.graph.tensors[id].name + "'"; }

  // tidl-p2-dynamic widens Clip(0, c) to the next power of two.
  double activated(const runtime::Activation& activation, double value) const {
    if (activation.kind == runtime::Activation::Kind::none) return value;
    if (activation.kind == runtime::Activation::Kind::relu) return std::max(0.0, value);
    double high = activation.high;
    if (run_.spec.relu6 == runtime::QuantSpec::Relu6::relu8 && activation.low == 0 && high > 0 && high < 3e38)
      high = std::exp2(std::ceil(std::log2(high) - 1e-12));
    return std::min(high, std::max(activation.low, value));
  }

  std::string check_grid(const runtime::Node& node, const NodeError& error) const {
    if (!error.keeps_grid) {
      const double explained = std::max(error.smallest_step, step_of_clip(node));
      return error.fixed_grid ? "" : check_step(node.output, error.margin, explained);
    }
    const auto &x = run_.plan.tensors[node.inputs[0]], &y = run_.plan.tensors[node.output];
    if (x.inv_step == y.inv_step && x.zero_point == y.zero_point && x.bits == y.bits) return "";
    return name_of(node.output) + " should have the grid of its operand";
  }

  // Where saturation clips from 0 to c, the grid ends at c, or the next power of two, though the range may
  // end at a sixteenth of that.
  double step_of_clip(const runtime::Node& node) const {
    const auto& spec = run_.spec;
    if (node.activation.kind != runtime::Activation::Kind::clip || node.activation.low != 0 ||
        spec.act_affine)
      return 0;
    const double end = activated(node.activation, 3e38);
    if (end > 1e30 || run_.ranges[node.output].high * 16 < end) return 0;
    return std::ldexp(end, -static_cast<int>(spec.act_bits));
  }

  std::string check_step(runtime::TensorId id, double margin, double explained) const {
    const auto& plan = run_.plan.tensors[id];
    const double asked = margin * range_step(run_.ranges[id], plan), step = 1 / plan.inv_step;
    if (asked < 1e-17) return "";
    std::ostringstream text;
    const auto& range = run_.ranges[id];
    // A zero point is a quotient of binary32.
    const double slack = 1.01 * step + 1e-6 * (std::fabs(range.low) + std::fabs(range.high));
    if (real_of(plan, plan.max()) + slack < range.high || real_of(plan, plan.min()) - slack > range.low) {
      text << name_of(id) << " holds " << real_of(plan, plan.min()) << " to " << real_of(plan, plan.max())
           << ", its range is [" << range.low << ", " << range.high << "]";
      return text.str();
    }
    if (step <= std::max(kCoarsest * asked, explained * 1.01)) return "";
    text << name_of(id) << " has steps of " << step << ", its range [" << run_.ranges[id].low << ", "
         << run_.ranges[id].high << "] asks for " << asked << ", its operands explain " << explained;
    return text.str();
  }

  // Within the error and the rounding; or saturated, anywhere between the ends of the grid or of the
  // calibrated range and the exact value.
  std::string check_value(runtime::TensorId id, size_t index, double exact, double error, double step) const {
    const auto& plan = run_.plan.tensors[id];
    const auto& range = run_.ranges[id];
    const double low = std::min(real_of(plan, plan.max()), std::max(range.high, 0.0));
    const double high = std::max(real_of(plan, plan.min()), std::min(range.low, 0.0));
    const double slack = error + kRounding * step;
    const double seen = real_of(plan, run_.integers[id].values[index]);
    const double least = std::min(exact, low) - slack, most = std::max(exact, high) + slack;
    if (least <= seen && seen <= most) return "";
    std::ostringstream text;
    text << name_of(id) << "[" << index << "] stands for " << seen << ", exact " << exact << ", allowed "
         << least << " to " << most << ", step " << 1 / plan.inv_step;
    return text.str();
  }

  // The index of the largest integer, the lowest of equal ones. Wide integers differ where binary32 does not.
  std::string check_index(const runtime::Node& node) const {
    const auto& plan = run_.plan.tensors[node.inputs[0]];
    if (plan.bits > 16) return "";
    const auto expected = run_alone(node.op, {reals_of(plan, run_.integers[node.inputs[0]])},
                                    run_.graph.tensors[node.output].shape);
    for (size_t i = 0; i < expected.values.size(); ++i) {
      if (static_cast<int64_t>(expected.values[i]) == run_.integers[node.output].values[i]) continue;
      return name_of(node.output) + "[" + std::to_string(i) +
             "] is another index than that of the largest value";
    }
    return "";
  }

  const QuantizedRun& run_;
};

}  // namespace

std::string outside_bounds(const QuantizedRun& run) {
  Bounds bounds(run);
  for (size_t i = 0; i < run.graph.inputs.size(); ++i) {
    const auto text = bounds.check_input(i);
    if (!text.empty()) return text;
  }
  for (const auto& node : run.graph.nodes) {
    const auto text = bounds.check_node(node);
    if (!text.empty()) return node.name + ": " + text;
  }
  return "";
}

}  // namespace mmasim::random_graphs
