// What every layer's lowering shares: the network and its plan, the machine, and the schedule that grows.
#pragma once

#include <string>
#include <vector>

#include "isa/machine.h"
#include "runtime/graph/graph.h"
#include "runtime/lower/schedule/constants.h"
#include "runtime/lower/schedule/lower_options.h"
#include "runtime/lower/schedule/schedule.h"
#include "runtime/lower/tiles/tensor_view.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

struct LoweringContext {
  const Graph& graph;
  const QuantPlan& plan;
  const isa::Machine& machine;
  const LowerOptions& options;
  Constants constants;
  Schedule schedule{};
  std::vector<TensorView> views{};         // one per tensor
  std::vector<uint64_t> resident_bytes{};  // of L2, while a node runs: one per node
  double tile_share = 1.0;                 // of the L2 that residents leave
  std::vector<Fallback> fallbacks{};
  bool accumulator_proven = true;

  const TensorView& view(TensorId tensor) const { return views[tensor]; }
  const TensorPlan& tensor_plan(TensorId tensor) const { return plan.tensors[tensor]; }
  bool has_values() const { return plan.has_values; }
  uint64_t tile_budget_bytes(NodeId node) const;
  std::string place(NodeId node) const;  // "node 'conv1' (Conv)" for messages
};

// Opens a row of the layer table; its steps follow.
uint32_t begin_layer(LoweringContext& context, NodeId node, const std::string& kind, isa::Setup setup);
isa::Address ddr_address(uint64_t offset);

// What reports call the width of a row's operands: "int8", "int16" or "int32", the widest of what a node
// reads and, but for products, writes. An index counts for nothing: what moves nothing else has the
// network's.
std::string precision_word(const LoweringContext& context, isa::Element element);
std::string precision_word(const LoweringContext& context, const Node& node);

}  // namespace mmasim::runtime
