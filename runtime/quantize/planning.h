// What every rule of the plan reads while make_plan() walks the graph, and the rules themselves: each takes a
// node, sets the grid of its output tensor and gives its NodePlan. They look back at the plans of their
// inputs, never forward.
#pragma once

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/grid.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime::quantization {

// By its structure: an affine grid has no sign, but zero may lie anywhere in it.
inline bool may_be_negative(const TensorPlan& tensor) { return tensor.is_signed || tensor.is_affine(); }

struct Planning {
  const Graph& graph;
  const Recipe& recipe;
  const Ranges& ranges;
  const std::vector<bool>& signed_tensors;  // whatever their range, as operands share a step with them
  QuantPlan& plan;

  const QuantChoices& choices(const Node& node) const {
    return recipe.nodes.at(static_cast<size_t>(&node - graph.nodes.data()));
  }
  Activation activation(const Node& node) const { return planned_activation(choices(node), node.activation); }
  // Of operators whose result may be negative whatever their inputs.
  bool is_signed_output(const Node& node) const { return is_signed_output(node, true); }
  // Of those whose result is negative only where an input is: means and copies.
  bool is_signed_output_of_inputs(const Node& node) const {
    bool any = false;
    for (const TensorId id : node.inputs) any = any || may_be_negative(plan.tensors[id]);
    return is_signed_output(node, any);
  }
  bool has_values() const { return plan.has_values; }
  bool multiplies(const Node& node) const { return choices(node).requant != QuantChoices::Requant::shift; }
  const TensorPlan& input(const Node& node, size_t index = 0) const {
    return plan.tensors[node.inputs.at(index)];
  }
  uint32_t widest_input_bits(const Node& node) const {
    uint32_t bits = 0;
    for (const TensorId id : node.inputs) bits = plan.tensors[id].bits > bits ? plan.tensors[id].bits : bits;
    return bits;
  }
  Range range(const Node& node) const { return ranges[node.output]; }
  TensorPlan& output(const Node& node) { return plan.tensors[node.output]; }

 private:
  bool is_signed_output(const Node& node, bool may_be_negative) const {
    return leaves_negative(activation(node), may_be_negative) || signed_tensors[node.output];
  }
};

// linear_plan.cpp
NodePlan plan_node(Planning& planning, const Node& node, const Conv& conv);
NodePlan plan_node(Planning& planning, const Node& node, const ConvTranspose& conv);
NodePlan plan_node(Planning& planning, const Node& node, const Gemm& gemm);
NodePlan plan_node(Planning& planning, const Node& node, const BatchNorm& norm);
// elementwise_plan.cpp
NodePlan plan_node(Planning& planning, const Node& node, const Clip& clip);
NodePlan plan_node(Planning& planning, const Node& node, const Add& add);
NodePlan plan_node(Planning& planning, const Node& node, const Sub& sub);
NodePlan plan_node(Planning& planning, const Node& node, const Mul& mul);
NodePlan plan_node(Planning& planning, const Node& node, const Prelu& prelu);
NodePlan plan_node(Planning& planning, const Node& node, const Concat& concat);
// pool_plan.cpp
NodePlan plan_node(Planning& planning, const Node& node, const AveragePool& pool);
NodePlan plan_node(Planning& planning, const Node& node, const GlobalAveragePool& pool);
NodePlan plan_node(Planning& planning, const Node& node, const Resize& resize);
// table_plan.cpp
NodePlan plan_node(Planning& planning, const Node& node, const Unary& unary);
NodePlan plan_node(Planning& planning, const Node& node, const Softmax& softmax);
// make_plan.cpp: operators that keep the integers they get
NodePlan plan_node(Planning& planning, const Node& node, const MaxPool& pool);
NodePlan plan_node(Planning& planning, const Node& node, const Pad& pad);
NodePlan plan_node(Planning& planning, const Node& node, const Reshape& reshape);
NodePlan plan_node(Planning& planning, const Node& node, const Transpose& transpose);
NodePlan plan_node(Planning& planning, const Node& node, const Slice& slice);
NodePlan plan_node(Planning& planning, const Node& node, const ArgMax& argmax);

// real_nodes.cpp: nodes that make reals, and conversions to integers
TensorPlan real_tensor(const Range& range, const std::string& source);
NodePlan plan_real_node(Planning& planning, const Node& node);
NodePlan plan_quantizing_node(Planning& planning, const Node& node);

// Gives the output its input's grid. An activation on top would have no place in the plan: a bug of
// legalize().
void keep_grid(Planning& planning, const Node& node);

// An output stage without multiplier and with one shift for all.
Requantization requantize_by_shift(const QuantChoices& choices, int shift);

// The shift rule where nothing but the shift can be chosen: sets the output's grid, gives its output stage.
Requantization shift_to_output(Planning& planning, const Node& node, const Range& range, bool is_signed,
                               double inv_acc);

}  // namespace mmasim::runtime::quantization
