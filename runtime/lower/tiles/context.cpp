#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

isa::Address ddr_address(uint64_t offset) { return isa::Address::in(isa::Space::ddr, offset); }

uint64_t LoweringContext::tile_budget_bytes(NodeId node) const {
  return static_cast<uint64_t>(static_cast<double>(machine.l2_bytes - resident_bytes[node + 1]) * tile_share);
}

std::string LoweringContext::place(NodeId node) const {
  return "node '" + graph.nodes[node].name + "' (" + operator_name(graph.nodes[node].op) + ")";
}

uint32_t begin_layer(LoweringContext& context, NodeId id, const std::string& kind, isa::Setup setup) {
  const auto& node = context.graph.nodes[id];
  isa::LayerInfo info;
  info.name = node.name, info.kind = kind, info.precision = context.plan.precision;
  info.operators = node.covers;
  info.macs = macs(context.graph, node);
  context.schedule.layers.push_back(info);
  context.schedule.setups.push_back(setup);
  return static_cast<uint32_t>(context.schedule.layers.size() - 1);
}

}  // namespace mmasim::runtime
