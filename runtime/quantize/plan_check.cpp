#include "runtime/quantize/plan_check.h"

#include <cmath>

#include "runtime/quantize/recipe.h"
#include "runtime/quantize/rounding.h"
#include "runtime/quantize/weights.h"
#include "runtime/quantize/widen.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

using quantization::accumulator_bits;
using quantization::fits;

size_t channels_of(const Conv& conv) { return quantization::view(conv).channels; }
size_t channels_of(const ConvTranspose& conv) { return quantization::view(conv).channels; }
size_t channels_of(const Gemm& gemm) { return quantization::view(gemm).channels; }
size_t channels_of(const BatchNorm& norm) { return static_cast<size_t>(norm.channels); }

Shape weights_shape(const Conv& conv) { return conv.weights.shape; }
Shape weights_shape(const ConvTranspose& conv) { return conv.weights.shape; }
Shape weights_shape(const Gemm& gemm) { return gemm.weights.shape; }
Shape weights_shape(const BatchNorm& norm) { return {norm.channels}; }

struct NodeCheck {
  const Graph& graph;
  const QuantPlan& plan;
  const Node& node;
  const NodePlan& node_plan;
  const std::string& path;

  [[noreturn]] void fail(const std::string& text) const {
    throw UserError(path + ": node '" + node.name + "': " + text);
  }
  void expect(bool holds, const std::string& text) const {
    if (!holds) fail(text);
  }
  const TensorPlan& x() const { return plan.tensors[node.inputs.at(0)]; }
  const TensorPlan& y() const { return plan.tensors[node.output]; }

  template <class Plan>
  const Plan& as() const {
    const auto* found = std::get_if<Plan>(&node_plan);
    if (found == nullptr) fail(std::string("a plan of another kind than ") + operator_name(node.op) + " has");
    return *found;
  }

  void count(const char* what, size_t seen, size_t expected) const {
    expect(seen == expected, std::string(what) + " has " + std::to_string(seen) + " entries; expected " +
                                 std::to_string(expected));
  }

  void check_requant(const Requantization& requant, size_t channels) const {
    const size_t granules = requant.per_channel ? channels : 1;
    count("shifts", requant.shifts.size(), granules);
    count("multipliers", requant.multipliers.size(), requant.has_multiplier ? granules : 0);
    const bool is_late = std::holds_alternative<LinearPlan>(node_plan) && !as<LinearPlan>().late_bias.empty();
    expect(requant.multiplier_bits <= (is_late ? 32u : 31u), "multiplier_bits is above 31");
    for (const uint32_t multiplier : requant.multipliers)
      expect(uint64_t{multiplier} < uint64_t{1} << requant.multiplier_bits,
             "multiplier " + std::to_string(multiplier) + " has more than multiplier_bits");
    for (const int shift : requant.shifts)
      expect(shift >= quantization::kMinShift && shift <= quantization::kMaxShift,
             "shift " + std::to_string(shift) + "; expected -40..127");
    expect(requant.clip_min >= y().min() && requant.clip_max <= y().max() &&
               requant.clip_min <= requant.clip_max,
           "clip_min..clip_max leaves the integers of its output");
    expect(requant.zero_point == y().zero_point, "zero_point differs from its output tensor's");
    const bool is_usual = requant.clip_max == y().max() &&
                          (requant.clip_min == y().min() || requant.clip_min == y().zero_point);
    expect(requant.needs_clip || is_usual, "other bounds than the element's need needs_clip: true");
    expect(requant.has_zero_point || requant.zero_point == 0, "a zero point needs adds_zero_point: true");
  }

  void check_stage(const Requantization& requant) const {
    check_requant(requant, 1);
    expect(!requant.per_channel && !requant.has_multiplier,
           "only products of weights have tables in their output stage");
  }

  template <class Layer>
  void check_linear(const Layer& layer) const {
    const auto& p = as<LinearPlan>();
    const size_t channels = channels_of(layer);
    expect(p.weights.shape == weights_shape(layer), "weights of another shape than the network's");
    const bool is_plain =
        x().bits == 8 && p.weight_zero_points.empty() && p.intermediate.empty() && p.late_bias.empty();
    const bool is_wider = is_plain && p.weights.bits == 16 && is_dense_product(node.op);
    expect(p.weights.bits == x().bits || is_wider, "weights of " + std::to_string(p.weights.bits) +
                                                       " bits for an input of " + std::to_string(x().bits));
    const bool is_narrow = is_plain && p.accumulator.bits == 16;
    expect(p.accumulator.bits == accumulator_bits(x().bits) || is_narrow,
           "accumulator_bits is " + std::to_string(p.accumulator.bits) + "; expected " +
               std::to_string(accumulator_bits(x().bits)));
    count("bias", p.bias.size(), channels);
    for (const int128 bias : p.bias)
      expect(fits(bias, p.accumulator.bits), "a bias is wider than the accumulator");
    count("weight_inv_step", p.weight_inv_step.size(), p.weight_inv_step.size() == 1 ? 1 : channels);
    check_requant(p.requant, channels);
    check_rows(p, channels);
  }

  // What products have beside accumulators.
  void check_rows(const LinearPlan& p, size_t channels) const {
    expect(p.weight_zero_points.size() <= 1, "weight_zero_points has more than one entry");
    const auto limit = int64_t{1} << (p.weights.bits - 1);
    for (const int64_t zero : p.weight_zero_points)
      expect(zero >= -limit && zero < limit, "a weight's zero point is none of its integers");
    expect(p.weight_zero_points.empty() ||
               (p.requant.has_multiplier && !p.requant.per_channel && p.weights.bits < 32),
           "weight_zero_points need one multiplier and weights of 8 or 16 bits");
    if (!p.late_bias.empty()) {
      count("late_bias", p.late_bias.size(), channels);
      expect(p.requant.per_channel && p.requant.has_multiplier && p.weights.bits == 8 &&
                 p.intermediate.empty() && y().zero_point == 0,
             "late_bias goes with a multiplier per channel, weights of 8 bits and no zero points");
      for (const int64_t bias : p.late_bias)
        expect(fits(int128{bias}, 32), "a late bias has more than 32 bits");
      for (const int shift : p.requant.shifts)
        expect(shift == p.requant.shifts[0], "with late_bias all shifts are one");
    }
    expect(p.intermediate.size() <= 1, "intermediate has more than one entry");
    for (const auto& inter : p.intermediate) {
      expect(inter.bits == 16 && p.weights.bits < 32, "intermediate bits are 16, of weights of 8 or 16 bits");
      expect(!p.requant.has_multiplier && !p.requant.per_channel && p.weight_zero_points.empty() &&
                 y().zero_point == 0,
             "intermediate goes with one shift and no zero points");
      expect(inter.shift >= quantization::kMinShift && inter.shift <= quantization::kMaxShift,
             "shift out of -40..127");
      count("intermediate bias", inter.bias.size(), channels);
      for (const int64_t bias : inter.bias)
        expect(fits(int128{bias}, inter.bits), "an intermediate bias has more than 16 bits");
    }
  }

  void check_table(uint32_t fraction_bits, size_t entries) const {
    const bool direct = x().bits == 8;
    expect(fraction_bits == (direct ? 0 : x().bits - 10),
           "fraction_bits does not fit an input of " + std::to_string(x().bits) + " bits");
    count("table", entries, direct ? 256 : 1025);
  }

  void operator()(const Conv& op) const { check_linear(op); }
  void operator()(const ConvTranspose& op) const { check_linear(op); }
  void operator()(const Gemm& op) const { check_linear(op); }
  void operator()(const BatchNorm& op) const { check_linear(op); }
  void check_sum(size_t requants) const {
    const auto& p = as<SumPlan>();
    count("multipliers", p.multipliers.size(), node.inputs.size());
    count("requants", p.requants.size(), requants);
    for (const int64_t multiplier : p.multipliers)
      expect(std::abs(multiplier) <= int64_t{1} << 31, "a multiplier is above 2^31");
    for (const auto& requant : p.requants) check_stage(requant);
  }
  void operator()(const Clip&) const { check_sum(1); }
  void operator()(const Add&) const { check_sum(1); }
  void operator()(const Sub&) const { check_sum(1); }
  void operator()(const Concat&) const { check_sum(node.inputs.size()); }
  void operator()(const Mul&) const {
    const auto& p = as<ProductPlan>();
    expect(std::abs(p.multiplier) <= int64_t{1} << 31, "multiplier is above 2^31");
    check_stage(p.requant);
  }
  void check_lookup() const {
    const auto& p = as<LookupPlan>();
    check_table(p.fraction_bits, p.table.size());
    for (const int64_t entry : p.table)
      expect(x().bits == 8 ? entry >= y().min() && entry <= y().max() : std::abs(entry) <= int64_t{1} << 38,
             "a table entry leaves its output");
  }
  void operator()(const Prelu& op) const {
    if (std::holds_alternative<LookupPlan>(node_plan)) return check_lookup();
    const auto& p = as<PreluPlan>();
    count("slopes", p.slopes.size(), static_cast<size_t>(std::max<int64_t>(op.channels, 1)));
    for (const int64_t slope : p.slopes)
      expect(slope >= -(int64_t{1} << 62) && slope <= int64_t{1} << 62, "a slope is above 2^62");
    expect(std::abs(p.positive) <= int64_t{1} << 31, "positive is above 2^31");
    check_stage(p.requant);
  }
  void check_pool(size_t reciprocals) const {
    const auto& p = as<PoolPlan>();
    count("reciprocals", p.reciprocals.size(), reciprocals);
    for (const int64_t each : p.reciprocals)
      expect(each >= 0 && each <= int64_t{1} << 48, "a reciprocal is not in 0..2^48");
    check_stage(p.requant);
  }
  void operator()(const AveragePool& op) const {
    check_pool(static_cast<size_t>(op.window.kernel[0] * op.window.kernel[1]));
  }
  void operator()(const GlobalAveragePool&) const { check_pool(1); }
  void operator()(const Unary&) const { check_lookup(); }
  void operator()(const Softmax&) const {
    const auto& p = as<SoftmaxPlan>();
    check_table(p.fraction_bits, p.table.size());
    for (const int64_t entry : p.table)
      expect(entry >= 0 && entry <= int64_t{1} << 24, "a table entry is not in 0..2^24");
    expect(p.bits == y().bits, "bits differ from its output's");
  }
  void operator()(const Resize& op) const {
    keep();
    if (op.mode == Resize::Mode::nearest) return;
    const auto& p = as<ResizePlan>();
    expect(p.multiplier >= 0 && p.multiplier <= int64_t{1} << 44 && p.shift >= 0 &&
               p.shift <= quantization::kMaxShift,
           "multiplier or shift out of bounds");
  }
  void operator()(const ArgMax&) const { expect(y().bits == 64, "an index has 64 bits"); }
  template <class Kept>
  void operator()(const Kept&) const {
    as<std::monostate>();
    keep();
  }
  void keep() const {
    const bool same = x().bits == y().bits && x().is_signed == y().is_signed &&
                      x().zero_point == y().zero_point && x().inv_step == y().inv_step;
    expect(same, "its output must be on the grid of its input");
  }
};

void check_tensor(const Tensor& tensor, const TensorPlan& plan, bool is_index, const std::string& path) {
  const auto fail = [&](const std::string& text) {
    throw UserError(path + ": tensor '" + tensor.name + "': " + text);
  };
  if (is_index ? plan.bits != 64 : plan.bits != 8 && plan.bits != 16 && plan.bits != 32)
    fail("bits is " + std::to_string(plan.bits) + "; expected " + (is_index ? "64" : "8, 16 or 32"));
  if (plan.level_bits == 1 || plan.level_bits > plan.bits) fail("level_bits is neither 0 nor 2..bits");
  if (!quantization::is_usable_step(plan.inv_step))
    fail("inv_step is no positive number within 1e-100..1e100");
  if (!is_index && (plan.zero_point < plan.min() || plan.zero_point > plan.max()))
    fail("zero_point " + std::to_string(plan.zero_point) + " is none of its integers");
}

}  // namespace

void check_plan(const Graph& graph, const QuantPlan& plan, const std::string& path) {
  std::vector<bool> is_index(graph.tensors.size(), false);
  for (const Node& node : graph.nodes) is_index[node.output] = std::holds_alternative<ArgMax>(node.op);
  for (size_t id = 0; id < graph.tensors.size(); ++id)
    check_tensor(graph.tensors[id], plan.tensors[id], is_index[id], path);
  for (size_t id = 0; id < graph.nodes.size(); ++id)
    std::visit(NodeCheck{graph, plan, graph.nodes[id], plan.nodes[id], path}, graph.nodes[id].op);
}

}  // namespace mmasim::runtime
