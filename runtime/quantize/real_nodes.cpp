// Plans of nodes in binary32 and of those that quantize at run time: their weights and bounds. They need no
// ranges.
#include <cmath>
#include <stdexcept>

#include "runtime/quantize/compress.h"
#include "runtime/quantize/grid.h"
#include "runtime/quantize/planning.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::quantization {

namespace {

[[noreturn]] void refuse(const Node& node, const std::string& why) {
  throw UserError("node '" + node.name + "' (" + operator_name(node.op) + ") cannot run in float32: " + why +
                  "; give it mode: static by an override of a quantization file");
}

RealBounds bounds_of(const Activation& activation) {
  RealBounds bounds;
  if (activation.kind == Activation::Kind::relu) bounds.low = 0;
  if (activation.kind == Activation::Kind::clip) {
    bounds.low = static_cast<float>(activation.low), bounds.high = static_cast<float>(activation.high);
  }
  return bounds;
}

StoredWeights::Form form_of(const QuantChoices& choices) {
  if (choices.mode != QuantChoices::Mode::weight_only) return StoredWeights::Form::f32;
  switch (choices.compress) {
    case QuantChoices::Compress::none:
      return StoredWeights::Form::f32;
    case QuantChoices::Compress::fp16:
      return StoredWeights::Form::f16;
    case QuantChoices::Compress::int8:
      return StoredWeights::Form::s8;
    case QuantChoices::Compress::kmeans:
      return StoredWeights::Form::indices;
  }
  return StoredWeights::Form::f32;
}

std::vector<float> bias_of(const WeightedLayer& layer) {
  std::vector<float> bias;
  for (size_t c = 0; c < layer.channels; ++c) bias.push_back(static_cast<float>(layer.bias_of(c)));
  return bias;
}

NodePlan plan_linear(Planning& planning, const Node& node, const WeightedLayer& layer, bool is_compressed) {
  RealPlan plan{bounds_of(node.activation), {}, {}, {}};
  const QuantChoices& choices = planning.choices(node);
  if (is_compressed) plan.stored.form = form_of(choices);
  plan.stored.index_bits = choices.compress_bits;
  if (!planning.has_values()) return plan;
  store_weights(layer, choices, plan);
  plan.bias = bias_of(layer);
  return plan;
}

// The longest sum of products of a byte and a signed byte that 32 bits hold whatever the operands (2).
constexpr int64_t kLongestSum = 65793;

NodePlan plan_dynamic(Planning& planning, const Node& node, const WeightedLayer& layer, int64_t depth) {
  if (depth > kLongestSum)
    refuse(node, "a sum of " + std::to_string(depth) +
                     " products may leave 32 bits, and mode dynamic takes " + std::to_string(kLongestSum) +
                     " at most");
  DynamicPlan plan{bounds_of(node.activation), {}, {}, {}};
  plan.product.weights.bits = 8;
  plan.product.weights.shape = layer.shape;
  plan.product.bias.resize(layer.channels);
  plan.product.requant.shifts = {0};
  const auto granularity = planning.choices(node).weight_granularity;
  plan.steps.resize(granularity == QuantChoices::Granularity::channel ? layer.channels : 1);
  if (!planning.has_values()) return plan;
  IntegerWeights weights = integer_weights(layer, granularity);
  plan.product.weights = std::move(weights.integers);
  plan.steps = std::move(weights.steps);
  plan.bias = bias_of(layer);
  return plan;
}

// Depthwise convolutions stay real: a filter of a few taps is not worth three passes over the map. Transposed
// ones do too: the zeros between their input's cells are no part of the range.
bool is_dynamic(const QuantChoices& choices, int64_t groups) {
  return choices.mode == QuantChoices::Mode::dynamic && groups == 1;
}

struct RealNode {
  Planning& planning;
  const Node& node;

  NodePlan without_weights() const { return RealPlan{bounds_of(node.activation), {}, {}, {}}; }

  NodePlan operator()(const Conv& op) const {
    const auto layer = view(op);
    const int64_t depth = op.weights.shape[1] * op.weights.shape[2] * op.weights.shape[3];
    if (is_dynamic(planning.choices(node), op.groups)) return plan_dynamic(planning, node, layer, depth);
    return plan_linear(planning, node, layer, true);
  }
  NodePlan operator()(const ConvTranspose& op) const { return plan_linear(planning, node, view(op), true); }
  NodePlan operator()(const Gemm& op) const {
    if (is_dynamic(planning.choices(node), 1))
      return plan_dynamic(planning, node, view(op), op.weights.shape[1]);
    return plan_linear(planning, node, view(op), true);
  }
  NodePlan operator()(const BatchNorm& op) const { return plan_linear(planning, node, view(op), false); }
  NodePlan operator()(const Clip&) const { return without_weights(); }
  NodePlan operator()(const Prelu& op) const {
    if (op.channels > 0)
      throw std::logic_error("node '" + node.name +
                             "': a PRelu of reals with a slope per channel is one node");
    return without_weights();
  }
  NodePlan operator()(const Unary&) const { return without_weights(); }
  NodePlan operator()(const Add&) const { return without_weights(); }
  NodePlan operator()(const Sub&) const { return without_weights(); }
  NodePlan operator()(const Mul&) const { return without_weights(); }
  NodePlan operator()(const MaxPool&) const { return without_weights(); }
  NodePlan operator()(const AveragePool&) const { return without_weights(); }
  NodePlan operator()(const GlobalAveragePool&) const { return without_weights(); }
  NodePlan operator()(const Concat&) const { return without_weights(); }
  NodePlan operator()(const Softmax&) const { return without_weights(); }
  NodePlan operator()(const ArgMax& op) const {  // an index is an integer, whatever it counts
    planning.output(node) = {};
    return plan_node(planning, node, op);
  }
  NodePlan operator()(const Resize& op) const {
    if (op.mode != Resize::Mode::nearest) refuse(node, "it is bilinear");
    return std::monostate{};
  }
  NodePlan operator()(const Pad&) const { return std::monostate{}; }
  NodePlan operator()(const Reshape&) const { return std::monostate{}; }
  NodePlan operator()(const Transpose&) const { return std::monostate{}; }
  NodePlan operator()(const Slice&) const { return std::monostate{}; }
  template <class Other>
  NodePlan operator()(const Other&) const {
    refuse(node, "the DSP has no such instruction on reals");
  }
};

float step_of(const TensorPlan& plan) { return static_cast<float>(1.0 / plan.inv_step); }

}  // namespace

TensorPlan real_tensor(const Range& range, const std::string& source) {
  TensorPlan plan;
  plan.bits = 32;
  plan.is_real = true;
  plan.low = range.low, plan.high = range.high;
  plan.source = source;
  return plan;
}

NodePlan plan_real_node(Planning& planning, const Node& node) {
  const TensorPlan& x = planning.input(node);
  planning.output(node) = real_tensor(planning.range(node), "float32");
  if (std::holds_alternative<Clip>(node.op) && !x.is_real) return DequantizePlan{step_of(x)};
  return std::visit(RealNode{planning, node}, node.op);
}

NodePlan plan_quantizing_node(Planning& planning, const Node& node) {
  const Range range = planning.range(node);
  TensorPlan& y = planning.output(node);
  y = grid_of_range(planning.choices(node), range, range.low < 0);
  return QuantizePlan{step_of(y)};
}

}  // namespace mmasim::runtime::quantization
