// Rules about nodes that only move or relabel values.
#include <algorithm>
#include <utility>

#include "runtime/transform/legalize_rules.h"

namespace mmasim::runtime::importing {
namespace {

bool is_unit(const Window& window) {
  return window.kernel == std::array<int64_t, 2>{1, 1} && window.stride == std::array<int64_t, 2>{1, 1} &&
         window.pad == std::array<int64_t, 4>{0, 0, 0, 0};
}

bool all_zero(const Shape& values) {
  return std::all_of(values.begin(), values.end(), [](int64_t value) { return value == 0; });
}

bool computes_nothing(GraphRewriter& graph, const Node& node) {
  if (node.activation.kind != Activation::Kind::none) return false;
  const Shape& from = graph.shape(node.inputs[0]);
  const Shape& to = graph.shape(node.output);
  if (std::holds_alternative<Reshape>(node.op)) return from == to;
  if (std::holds_alternative<Concat>(node.op)) return node.inputs.size() == 1;
  if (const auto* pad = std::get_if<Pad>(&node.op)) return all_zero(pad->before) && all_zero(pad->after);
  if (const auto* pool = std::get_if<MaxPool>(&node.op)) return is_unit(pool->window);
  if (const auto* pool = std::get_if<AveragePool>(&node.op)) return is_unit(pool->window);
  if (const auto* resize = std::get_if<Resize>(&node.op))
    return resize->factor_y == 1 && resize->factor_x == 1;
  if (const auto* transpose = std::get_if<Transpose>(&node.op)) {
    return std::is_sorted(transpose->permutation.begin(), transpose->permutation.end());
  }
  if (const auto* slice = std::get_if<Slice>(&node.op)) {
    bool whole = from == to;
    for (size_t d = 0; d < from.size(); ++d) whole = whole && (slice->step[d] == 1 || from[d] == 1);
    return whole;
  }
  return false;
}

// Its readers read its input instead. If its result is an output of the network, what produces its input
// produces that output; where that cannot be, the node stays.
bool drop(GraphRewriter& graph, NodeId id) {
  const TensorId from = graph.node(id).inputs[0], to = graph.node(id).output;
  const std::optional<NodeId> producer = graph.producer(from);
  if (graph.is_output(to)) {
    if (!producer || graph.is_output(from)) return false;
    graph.remove(id, *producer, GraphRewriter::Order::after);
    graph.move_readers(from, to);
    graph.set_output(*producer, to);
    return true;
  }
  if (!producer && graph.readers(to).empty()) return false;
  const NodeId heir = producer ? *producer : graph.readers(to).front();
  graph.remove(id, heir, producer ? GraphRewriter::Order::after : GraphRewriter::Order::before);
  graph.move_readers(to, from);
  return true;
}

}  // namespace

bool drop_what_computes_nothing(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id) || !computes_nothing(graph, graph.node(id))) continue;
    if (drop(graph, id)) {
      changed = true;
    } else if (std::holds_alternative<Pad>(graph.node(id).op)) {
      graph.node(id).op = Reshape{};  // a padding of nothing has no axis that lowering could pad
      changed = true;
    }
  }
  return changed;
}

bool merge_reshapes(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id) || !std::holds_alternative<Reshape>(graph.node(id).op)) continue;
    const auto first = graph.producer(graph.node(id).inputs[0]);
    if (!first || !std::holds_alternative<Reshape>(graph.node(*first).op)) continue;
    const TensorId from = graph.node(*first).inputs[0];
    if (graph.private_producer(id)) {
      graph.set_input(id, 0, from);
      graph.remove(*first, id, GraphRewriter::Order::before);
    } else if (graph.shape(from) == graph.shape(graph.node(id).output)) {
      graph.set_input(id, 0, from);  // what else reads the first keeps it
    } else {
      continue;
    }
    changed = true;
  }
  return changed;
}

bool merge_concats(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id)) continue;
    const auto* outer = std::get_if<Concat>(&graph.node(id).op);
    if (!outer) continue;
    const std::vector<TensorId> parts = graph.node(id).inputs;
    std::vector<TensorId> joined;
    std::vector<NodeId> inner;
    for (size_t i = 0; i < parts.size(); ++i) {
      const auto producer = graph.private_producer(id, i);
      const auto* concat = producer ? std::get_if<Concat>(&graph.node(*producer).op) : nullptr;
      if (concat && concat->axis == outer->axis) {
        inner.push_back(*producer);
        joined.insert(joined.end(), graph.node(*producer).inputs.begin(), graph.node(*producer).inputs.end());
      } else {
        joined.push_back(parts[i]);
      }
    }
    if (inner.empty()) continue;
    graph.set_inputs(id, std::move(joined));
    for (auto part = inner.rbegin(); part != inner.rend(); ++part)
      graph.remove(*part, id, GraphRewriter::Order::before);
    changed = true;
  }
  return changed;
}

bool turn_flattened_gemm_into_convolution(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id) || !std::holds_alternative<Gemm>(graph.node(id).op)) continue;
    const auto flatten = graph.private_producer(id);
    if (!flatten || !std::holds_alternative<Reshape>(graph.node(*flatten).op)) continue;
    const TensorId map = graph.node(*flatten).inputs[0];
    const Shape from = graph.shape(map), rows = graph.shape(graph.node(*flatten).output);
    const bool whole_maps =
        from.size() == 4 && rows.size() == 2 && from[0] == rows[0] && from[2] * from[3] > 1;
    if (!whole_maps) continue;

    // The Gemm becomes the convolution in place; the Reshape moves behind it.
    Node& node = graph.node(id);
    Gemm gemm = std::move(std::get<Gemm>(node.op));
    Conv conv;
    conv.window.kernel = {from[2], from[3]};
    conv.weights = std::move(gemm.weights);
    const int64_t channels = conv.weights.shape[0];
    conv.weights.shape = {channels, from[1], from[2], from[3]};
    conv.weight_scale = std::move(gemm.weight_scale);
    conv.bias = std::move(gemm.bias);
    conv.from_gemm = true;
    node.op = std::move(conv);

    const TensorId result = node.output;
    const TensorId maps = graph.add_tensor(node.name + ":maps", {from[0], channels, 1, 1});
    graph.set_input(id, 0, map);
    graph.set_output(id, maps);
    Node view;
    view.name = graph.node(*flatten).name;
    view.op = Reshape{};
    view.inputs = {maps};
    view.output = result;
    view.covers = std::exchange(graph.node(*flatten).covers, {});
    graph.remove(*flatten, id, GraphRewriter::Order::before);
    graph.insert_after(id, std::move(view));
    changed = true;
  }
  return changed;
}

}  // namespace mmasim::runtime::importing
