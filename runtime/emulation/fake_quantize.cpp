#include "runtime/emulation/fake_quantize.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "runtime/float_network/parameters.h"
#include "runtime/quantize/rounding.h"
#include "runtime/quantize/weights.h"

namespace mmasim::runtime {
namespace {

using quantization::WeightedLayer;

// The weights of one layer as floats of the plan's integers, in their own order.
std::vector<double> dequantized(const WeightedLayer& layer, const LinearPlan& plan) {
  std::vector<double> values(static_cast<size_t>(element_count(plan.weights.shape)));
  const int64_t zero_point = plan.weight_zero_points.empty() ? 0 : plan.weight_zero_points.front();
  for (const auto& run : layer.runs) {
    const size_t granule = plan.weight_inv_step.size() == 1 ? 0 : run.channel;
    for (size_t i = run.begin; i < run.begin + run.count; ++i)
      values[i] = static_cast<double>(plan.weights.at(i) - zero_point) / plan.weight_inv_step[granule];
  }
  return values;
}

bool has_integers(const IntegerArray& weights) {
  return element_count(weights.shape) == 0 ||
         !(weights.s8.empty() && weights.s16.empty() && weights.s32.empty());
}

void set_weights(Graph& graph, NodeId id, const WeightedLayer& layer, const LinearPlan& plan) {
  if (!has_integers(plan.weights))
    throw std::logic_error("the plan of node '" + graph.nodes[id].name + "' has lost its weights");
  const auto values = dequantized(layer, plan);
  if (std::holds_alternative<BatchNorm>(graph.nodes[id].op))
    return set_values(graph, {id, Parameter::Kind::norm_scale}, values);
  set_values(graph, {id, Parameter::Kind::weights}, values);
  if (layer.scale != nullptr && !layer.scale->empty()) {
    set_values(graph, {id, Parameter::Kind::weight_scale}, std::vector<double>(layer.scale->size(), 1.0));
  }
}

}  // namespace

void put_on_grid(const TensorPlan& plan, FloatTensor& values) {
  if (plan.bits == 64 || plan.is_real) return;  // an index and a real are what they are
  const auto zero = static_cast<double>(plan.zero_point);
  const auto low = static_cast<double>(plan.min()), high = static_cast<double>(plan.max());
  for (float& value : values.values) {
    const double scaled = value * plan.inv_step;
    const double rounded =
        plan.is_affine() ? quantization::round_half_even(scaled) : quantization::round_half_up(scaled);
    value = static_cast<float>((std::clamp(rounded + zero, low, high) - zero) / plan.inv_step);
  }
}

Graph with_quantized_weights(const Graph& graph, const QuantPlan& plan) {
  Graph quantized = graph;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const auto* linear = std::get_if<LinearPlan>(&plan.nodes.at(id));
    if (linear == nullptr) continue;
    const auto& op = graph.nodes[id].op;
    if (const auto* conv = std::get_if<Conv>(&op))
      set_weights(quantized, id, quantization::view(*conv), *linear);
    if (const auto* conv = std::get_if<ConvTranspose>(&op))
      set_weights(quantized, id, quantization::view(*conv), *linear);
    if (const auto* gemm = std::get_if<Gemm>(&op))
      set_weights(quantized, id, quantization::view(*gemm), *linear);
    if (const auto* norm = std::get_if<BatchNorm>(&op))
      set_weights(quantized, id, quantization::view(*norm), *linear);
  }
  return quantized;
}

}  // namespace mmasim::runtime
