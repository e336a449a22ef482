#include "runtime/lower/operators/axis_checks.h"

#include <stdexcept>

#include "runtime/graph/shape_text.h"

namespace mmasim::runtime {

namespace {

std::string text(const AxisSpan& axes) {
  if (axes.count == 0) return "no axis";
  if (axes.count == 1) return "axis " + std::to_string(axes.first);
  return "axes " + std::to_string(axes.first) + " to " + std::to_string(axes.first + axes.count - 1);
}

// A result without the axis lies as positions do only where it is row-major.
void require_positions(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto& from = context.graph.tensors[node.inputs[0]].shape;
  const auto& to = context.graph.tensors[node.output].shape;
  if (positions_lie_alike(from, to)) return;
  throw std::logic_error(context.place(id) + ": its result of shape " + shape_text(to) +
                         " does not lie in the order of the positions of " + shape_text(from));
}

}  // namespace

void require_axes(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto& shape = context.graph.tensors[node.inputs[0]].shape;
  const auto channels = channel_axes(node.op, shape.size());
  if (channels && !lie_innermost(shape, *channels)) {
    const auto rank = shape.size();
    throw std::logic_error(
        context.place(id) + ": works along " + text(*channels) + " of an input of shape " +
        shape_text(shape) + "; lowering takes " +
        (rank == 0 ? "rank 1 or more" : "axis " + std::to_string(layout_of_rank(rank).innermost())));
  }
  if (std::holds_alternative<ArgMax>(node.op)) require_positions(context, id);
}

void require_table(const LoweringContext& context, NodeId id, const char* what, uint64_t entries,
                   int64_t channels) {
  if (entries == static_cast<uint64_t>(channels)) return;
  throw std::logic_error(context.place(id) + ": " + what + " has " + std::to_string(entries) +
                         " entries for " + std::to_string(channels) + " channels");
}

void require_tables(const LoweringContext& context, const LinearLayer& layer) {
  const auto channels = layer.out.dims.c;
  const auto& plan = *layer.plan;
  const auto check = [&](const char* what, uint64_t entries, int64_t wanted) {
    require_table(context, layer.node, what, entries, wanted);
  };
  check("its groups", static_cast<uint64_t>(layer.groups * layer.group_in), layer.in.dims.c);
  check("its groups", static_cast<uint64_t>(layer.groups * layer.group_out), channels);
  check("its bias", plan.bias.size(), channels);
  const auto granules = plan.requant.per_channel ? channels : 1;
  check("its shifts", plan.requant.shifts.size(), granules);
  if (plan.requant.has_multiplier) check("its multipliers", plan.requant.multipliers.size(), granules);
  if (!context.has_values()) return;
  const auto& weights = plan.weights;
  const auto values = weights.bits == 8    ? weights.s8.size()
                      : weights.bits == 16 ? weights.s16.size()
                                           : weights.s32.size();
  if (values != static_cast<uint64_t>(channels * layer.group_in * layer.taps())) {
    throw std::logic_error(context.place(layer.node) + ": " + std::to_string(values) + " weights for " +
                           std::to_string(channels) + " channels of " +
                           std::to_string(layer.group_in * layer.taps()));
  }
}

}  // namespace mmasim::runtime
