// Walks the graph once and gives every tensor its grid and every node its integers. The rules per operator
// are in
// *_plan.cpp. Without values the same walk runs over placeholder ranges, so that structure cannot depend on
// values.
#include <cmath>
#include <stdexcept>

#include "runtime/calibrate/ranges.h"
#include "runtime/quantize/domains.h"
#include "runtime/quantize/grid.h"
#include "runtime/quantize/merge.h"
#include "runtime/quantize/planning.h"
#include "runtime/quantize/rounding.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace quantization {

void keep_grid(Planning& planning, const Node& node) {
  if (node.activation.kind != Activation::Kind::none) {
    throw std::logic_error("node '" + node.name + "' (" + operator_name(node.op) +
                           ") keeps its integers and cannot carry an activation");
  }
  TensorPlan& y = planning.output(node);
  y = planning.input(node);
  y.low = planning.range(node).low;
  y.high = planning.range(node).high;
  y.source = "same as " + planning.graph.tensors[node.inputs[0]].name;
}

Requantization requantize_by_shift(const QuantChoices& choices, int shift) {
  Requantization requant;
  requant.shifts = {shift};
  requant.rounding = choices.requant_rounding;
  return requant;
}

Requantization shift_to_output(Planning& planning, const Node& node, const Range& range, bool is_signed,
                               double inv_acc) {
  const QuantChoices& choices = planning.choices(node);
  ShiftedGrid grid = grid_of_shift(choices, range, is_signed, inv_acc);
  const auto clip_inv_step = inv_step_of_clip(choices, planning.activation(node), range);
  const bool saturates =
      saturation_clips(choices, planning.activation(node)) && choices.act_scale == QuantChoices::Scale::pow2;
  if (saturates && !clip_inv_step) end_within(grid, planning.activation(node).high);
  if (saturates && clip_inv_step) {
    grid.shift = clamp_shift(floor_log2(inv_acc / *clip_inv_step));
    grid.tensor.inv_step = *clip_inv_step;
    grid.tensor.source = "fixed by Clip";
  }
  planning.output(node) = grid.tensor;
  Requantization requant = requantize_by_shift(choices, grid.shift);
  set_bounds(requant, grid.tensor, planning.activation(node), saturates);
  return requant;
}

namespace {

template <class Kept>
NodePlan kept(Planning& planning, const Node& node, const Kept&) {
  keep_grid(planning, node);
  return std::monostate{};
}

}  // namespace

NodePlan plan_node(Planning& planning, const Node& node, const MaxPool& pool) {
  return kept(planning, node, pool);
}
NodePlan plan_node(Planning& planning, const Node& node, const Pad& pad) { return kept(planning, node, pad); }
NodePlan plan_node(Planning& planning, const Node& node, const Reshape& op) {
  return kept(planning, node, op);
}
NodePlan plan_node(Planning& planning, const Node& node, const Transpose& op) {
  return kept(planning, node, op);
}
NodePlan plan_node(Planning& planning, const Node& node, const Slice& slice) {
  return kept(planning, node, slice);
}

NodePlan plan_node(Planning& planning, const Node& node, const ArgMax&) {
  TensorPlan& y = planning.output(node);
  y.bits = 64;
  y.low = planning.range(node).low;
  y.high = planning.range(node).high;
  y.source = "an index";
  return std::monostate{};
}

namespace {

void check_ranges(const Graph& graph, const Ranges& ranges) {
  if (ranges.size() != graph.tensors.size()) {
    throw std::logic_error(std::to_string(ranges.size()) + " ranges for " +
                           std::to_string(graph.tensors.size()) + " tensors");
  }
  for (size_t id = 0; id < ranges.size(); ++id) {
    const Range& range = ranges[id];
    if (!std::isfinite(range.low) || !std::isfinite(range.high) || range.low > range.high) {
      throw std::logic_error("range of tensor '" + graph.tensors[id].name + "' is " +
                             std::to_string(range.low) + ".." + std::to_string(range.high));
    }
  }
}

void check_recipe(const Graph& graph, const Recipe& recipe) {
  if (recipe.inputs.size() == graph.inputs.size() && recipe.nodes.size() == graph.nodes.size()) return;
  throw std::logic_error("a recipe of " + std::to_string(recipe.inputs.size()) + " inputs and " +
                         std::to_string(recipe.nodes.size()) + " nodes for a network of " +
                         std::to_string(graph.inputs.size()) + " and " + std::to_string(graph.nodes.size()));
}

// A tensor that was zero in every sample, or an input that was one value throughout, says nothing of what
// will come. Its step is then a guess.
void warn_of_blank_tensors(QuantPlan& plan, const Graph& graph, const Ranges& ranges) {
  size_t blank = 0, all = graph.inputs.size() + graph.nodes.size();
  for (const TensorId input : graph.inputs) {
    const bool is_constant = ranges[input].low == ranges[input].high;
    const bool could_vary = element_count(graph.tensors[input].shape) > 1;
    if (absolute_maximum(ranges[input]) < kZeroRange || (is_constant && could_vary)) ++blank;
  }
  for (const Node& node : graph.nodes)
    if (absolute_maximum(ranges[node.output]) < kZeroRange) ++blank;
  if (blank == 0) return;
  plan.warnings.push_back(
      "calibration gave no range to " + std::to_string(blank) + " of " + std::to_string(all) +
      " tensors: zero in every sample, or an input of one value; their steps are guesses");
}

// By the domains of what it reads and makes.
NodePlan plan_any_node(Planning& planning, NodeId id) {
  const Node& node = planning.graph.nodes[id];
  const bool reads_reals = planning.input(node).is_real;
  const bool makes_reals = keeps_grid(node.op) ? reads_reals : computes_in_reals(planning.choices(node));
  if (makes_reals) return plan_real_node(planning, node);
  if (reads_reals) return plan_quantizing_node(planning, node);
  return std::visit([&](const auto& op) { return plan_node(planning, node, op); }, node.op);
}

enum class Values : uint8_t { present, absent };

template <class Planned>
QuantPlan plan_graph(const Graph& graph, const Recipe& recipe, const Ranges& ranges, Values values,
                     Planned&& planned) {
  check_ranges(graph, ranges);
  check_recipe(graph, recipe);
  QuantPlan plan;
  plan.name = recipe.name;
  plan.precision = recipe.precision;
  plan.origins = recipe.origins;
  plan.warnings = recipe.warnings;
  plan.has_values = values == Values::present;
  plan.tensors.resize(graph.tensors.size());
  plan.nodes.reserve(graph.nodes.size());
  if (plan.has_values) warn_of_blank_tensors(plan, graph, ranges);
  Ranges merged = ranges;
  const auto signed_tensors = merge_operands(graph, recipe, merged);
  Planning planning{graph, recipe, merged, signed_tensors, plan};
  for (size_t i = 0; i < graph.inputs.size(); ++i) {  // unsigned where calibration saw nothing negative
    const TensorId input = graph.inputs[i];
    plan.tensors[input] = computes_in_reals(recipe.inputs[i])
                              ? real_tensor(ranges[input], "float32")
                              : grid_of_range(recipe.inputs[i], merged[input], merged[input].low < 0);
  }
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    plan.nodes.push_back(plan_any_node(planning, id));
    if (!is_usable_step(plan.tensors[node.output].inv_step)) {
      throw UserError("node '" + node.name +
                      "': the calibrated ranges around it are too far apart to be quantized");
    }
    planned(id);
  }
  return plan;
}

void drop_weights(Node& node) {
  if (auto* conv = std::get_if<Conv>(&node.op)) conv->weights.values.reset();
  if (auto* conv = std::get_if<ConvTranspose>(&node.op)) conv->weights.values.reset();
  if (auto* gemm = std::get_if<Gemm>(&node.op)) gemm->weights.values.reset();
}

}  // namespace
}  // namespace quantization

isa::Overflow accumulator_policy(const QuantPlan& plan) {
  for (const NodePlan& node : plan.nodes)
    if (const auto* linear = std::get_if<LinearPlan>(&node)) return linear->accumulator.overflow;
  return isa::Overflow::wrap;
}

QuantPlan make_plan(const Graph& graph, const Recipe& recipe, const Ranges& ranges) {
  return quantization::plan_graph(graph, recipe, ranges, quantization::Values::present, [](NodeId) {});
}

QuantPlan make_plan_consuming_weights(Graph& graph, const Recipe& recipe, const Ranges& ranges) {
  return quantization::plan_graph(graph, recipe, ranges, quantization::Values::present,
                                  [&](NodeId id) { quantization::drop_weights(graph.nodes[id]); });
}

QuantPlan make_plan_structure(const Graph& graph, const Recipe& recipe) {
  const Ranges placeholder(graph.tensors.size(), Range{-1.0, 1.0});
  return quantization::plan_graph(graph, recipe, placeholder, quantization::Values::absent, [](NodeId) {});
}

}  // namespace mmasim::runtime
