#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

isa::Address ddr_address(uint64_t offset) { return isa::Address::in(isa::Space::ddr, offset); }

uint64_t LoweringContext::tile_budget_bytes(NodeId node) const {
  return static_cast<uint64_t>(static_cast<double>(machine.l2_bytes - resident_bytes[node + 1]) * tile_share);
}

std::string LoweringContext::place(NodeId node) const {
  return "node '" + graph.nodes[node].name + "' (" + operator_name(graph.nodes[node].op) + ")";
}

std::string precision_word(const LoweringContext& context, isa::Element element) {
  if (element == isa::Element::s64) return context.plan.precision;
  return (isa::element_is_real(element) ? "float" : "int") + std::to_string(isa::element_bits(element));
}

std::string precision_word(const LoweringContext& context, const Node& node) {
  auto widest = context.tensor_plan(node.inputs.at(0)).element();
  const auto consider = [&](TensorId tensor) {
    const auto element = context.tensor_plan(tensor).element();
    const bool is_index = element == isa::Element::s64;
    if (!is_index && isa::element_bytes(element) > isa::element_bytes(widest)) widest = element;
  };
  for (const auto input : node.inputs) consider(input);
  if (!std::holds_alternative<LinearPlan>(context.plan.nodes[&node - context.graph.nodes.data()]))
    consider(node.output);
  return precision_word(context, widest);
}

uint32_t begin_layer(LoweringContext& context, NodeId id, const std::string& kind, isa::Setup setup) {
  const auto& node = context.graph.nodes[id];
  isa::LayerInfo info;
  info.name = node.name, info.kind = kind, info.precision = precision_word(context, node);
  info.operators = node.covers;
  info.macs = macs(context.graph, node);
  context.schedule.layers.push_back(info);
  context.schedule.setups.push_back(setup);
  return static_cast<uint32_t>(context.schedule.layers.size() - 1);
}

}  // namespace mmasim::runtime
