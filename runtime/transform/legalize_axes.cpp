// Rules that bring about what lowering takes for granted: channels innermost in memory, operands of one rank,
// padding that one step can do. Each adds Reshapes (or a Pad) and changes no value; Reshapes that undo each
// other vanish again (merge_reshapes), so a chain of operators along one axis costs one move each way.
#include <algorithm>
#include <utility>

#include "runtime/graph/axes.h"
#include "runtime/transform/legalize_rules.h"

namespace mmasim::runtime::importing {
namespace {

Node make_reshape(const std::string& name, TensorId from, TensorId to) {
  Node view;
  view.name = name;
  view.op = Reshape{};
  view.inputs = {from};
  view.output = to;
  return view;
}

// A view with the channels as axis 1, which lies innermost: [outer, channels], or [outer, channels, 1,
// inner].
Shape with_channels(int64_t outer, int64_t channels, int64_t inner) {
  return inner == 1 ? Shape{outer, channels} : Shape{outer, channels, 1, inner};
}

// One constant for all elements becomes one for each innermost channel.
void repeat_constant(BatchNorm& norm, int64_t axis, int64_t channels) {
  norm.along = {axis, 1};
  norm.channels = channels;
  for (auto* values : {&norm.scale, &norm.shift}) {
    if (!values->empty()) values->assign(static_cast<size_t>(channels), values->front());
  }
}

void set_channel_axis(Operator& op, int64_t axis) {
  if (auto* norm = std::get_if<BatchNorm>(&op)) norm->along = {axis, 1};
  if (auto* prelu = std::get_if<Prelu>(&op)) prelu->along = {axis, 1};
  if (auto* softmax = std::get_if<Softmax>(&op)) softmax->axis = axis;
  if (auto* argmax = std::get_if<ArgMax>(&op)) argmax->axis = axis;
}

// Channels of the result: an ArgMax keeps one, a Gemm has as many as its weights' rows.
int64_t result_channels(const Operator& op, int64_t channels) {
  if (std::holds_alternative<ArgMax>(op)) return 1;
  const auto* gemm = std::get_if<Gemm>(&op);
  return gemm ? gemm->weights.shape[0] : channels;
}

bool is_in_place(GraphRewriter& graph, const Node& node, const AxisSpan& channels) {
  const Shape &x = graph.shape(node.inputs[0]), &y = graph.shape(node.output);
  if (std::holds_alternative<ArgMax>(node.op) && !positions_lie_alike(x, y)) return false;
  return lie_innermost(x, channels);
}

// The node works on a view of its input; what it gives is viewed as before.
void wrap(GraphRewriter& graph, NodeId id, const AxisSpan& channels) {
  const std::string name = graph.node(id).name;
  const TensorId x = graph.node(id).inputs[0], y = graph.node(id).output;
  const Shape shape = graph.shape(x);
  const int64_t outer = outer_count(shape, channels), inner = inner_count(shape, channels),
                count = channel_count(shape, channels);
  const int64_t result_count = result_channels(graph.node(id).op, count);
  const TensorId from = graph.add_tensor(name + ":channels_last", with_channels(outer, count, inner));
  const TensorId to = graph.add_tensor(name + ":result", with_channels(outer, result_count, inner));
  graph.insert_before(id, make_reshape(name + ":channels_last", x, from));
  graph.set_input(id, 0, from);
  graph.set_output(id, to);
  graph.insert_after(id, make_reshape(name + ":channels_back", to, y));
  set_channel_axis(graph.node(id).op, 1);
}

bool is_pair(const Operator& op) {
  return std::holds_alternative<Add>(op) || std::holds_alternative<Sub>(op) ||
         std::holds_alternative<Mul>(op);
}

// Elements one by one, the same function for all: the shape does not matter.
bool treats_elements_alike(const Operator& op) {
  const auto* prelu = std::get_if<Prelu>(&op);
  return std::holds_alternative<Clip>(op) || std::holds_alternative<Unary>(op) ||
         (prelu && prelu->channels == 0) || is_pair(op);
}

// What is padded in the first of several steps: as many axes, outermost first, as one step can do.
Pad first_step_of(const Pad& pad, const Shape& padded) {
  Pad first{Shape(padded.size(), 0), Shape(padded.size(), 0)};
  for (const size_t axis : layout_of_rank(padded.size()).axes) {
    if (pad.before[axis] == 0 && pad.after[axis] == 0) continue;
    Pad longer = first;
    longer.before[axis] = pad.before[axis], longer.after[axis] = pad.after[axis];
    if (!padded_axes(longer, padded)) break;
    first = std::move(longer);
  }
  return first;
}

bool pads_something(const Pad& pad) {
  const auto positive = [](int64_t count) { return count > 0; };
  return std::any_of(pad.before.begin(), pad.before.end(), positive) ||
         std::any_of(pad.after.begin(), pad.after.end(), positive);
}

// Whether every input comes by a Reshape from a tensor of one other shape, and which that is.
std::optional<Shape> shape_before_reshapes(GraphRewriter& graph, const Node& node) {
  std::optional<Shape> shape;
  for (const TensorId input : node.inputs) {
    if (graph.shape(input) != graph.shape(node.output)) return std::nullopt;
    const auto producer = graph.producer(input);
    if (!producer || !std::holds_alternative<Reshape>(graph.node(*producer).op)) return std::nullopt;
    const Shape& before = graph.shape(graph.node(*producer).inputs[0]);
    if (shape && *shape != before) return std::nullopt;
    shape = before;
  }
  return shape;
}

bool is_reshaped_to(GraphRewriter& graph, TensorId tensor, const Shape& shape) {
  for (const NodeId reader : graph.readers(tensor)) {
    const Node& node = graph.node(reader);
    if (std::holds_alternative<Reshape>(node.op) && graph.shape(node.output) == shape) return true;
  }
  return false;
}

}  // namespace

bool bring_channels_innermost(GraphRewriter& graph) {
  bool changed = false;
  const NodeId count = graph.node_count();  // of now: what is added below is in place
  for (NodeId id = 0; id < count; ++id) {
    if (!graph.is_alive(id)) continue;
    Node& node = graph.node(id);
    const Shape& shape = graph.shape(node.inputs[0]);
    auto channels = channel_axes(node.op, shape.size());
    if (!channels) continue;
    auto* norm = std::get_if<BatchNorm>(&node.op);
    if (norm && channels->count == 0 && !shape.empty()) {
      const size_t axis = layout_of_rank(shape.size()).innermost();
      repeat_constant(*norm, static_cast<int64_t>(axis), shape[axis]);
      channels = norm->along;
      changed = true;
    }
    if (is_in_place(graph, node, *channels)) continue;
    wrap(graph, id, *channels);
    changed = true;
  }
  return changed;
}

bool give_operands_one_rank(GraphRewriter& graph) {
  bool changed = false;
  const NodeId count = graph.node_count();
  for (NodeId id = 0; id < count; ++id) {
    if (!graph.is_alive(id) || !is_pair(graph.node(id).op)) continue;
    const std::string name = graph.node(id).name + ":operand";
    const size_t rank = graph.shape(graph.node(id).output).size();
    for (size_t i = 0; i < 2; ++i) {
      const TensorId operand = graph.node(id).inputs[i];
      Shape shape = graph.shape(operand);
      if (shape.size() == rank) continue;
      shape.insert(shape.begin(), rank - shape.size(), 1);
      const TensorId view = graph.add_tensor(name, std::move(shape));
      graph.insert_before(id, make_reshape(name, operand, view));
      graph.set_input(id, i, view);
      changed = true;
    }
  }
  return changed;
}

bool split_padding(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id)) continue;
    auto* pad = std::get_if<Pad>(&graph.node(id).op);
    if (!pad || !pads_something(*pad) || padded_axes(*pad, graph.shape(graph.node(id).output))) continue;
    Node added;
    added.name = graph.node(id).name + ":first";
    added.inputs = graph.node(id).inputs;
    Shape shape = graph.shape(added.inputs[0]);
    Pad first = first_step_of(*pad, graph.shape(graph.node(id).output));
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      shape[axis] += first.before[axis] + first.after[axis];
      pad->before[axis] -= first.before[axis], pad->after[axis] -= first.after[axis];
    }
    added.op = std::move(first);
    const TensorId between = added.output = graph.add_tensor(added.name, std::move(shape));
    graph.insert_before(id, std::move(added));
    graph.set_input(id, 0, between);
    changed = true;
    --id;  // the rest may take more than one step too
  }
  return changed;
}

bool pass_reshapes(GraphRewriter& graph) {
  bool changed = false;
  const NodeId count = graph.node_count();
  for (NodeId id = 0; id < count; ++id) {
    if (!graph.is_alive(id) || !treats_elements_alike(graph.node(id).op)) continue;
    const auto shape = shape_before_reshapes(graph, graph.node(id));
    const TensorId result = graph.node(id).output;
    if (!shape || !is_reshaped_to(graph, result, *shape)) continue;
    std::vector<TensorId> inputs;
    std::vector<NodeId> views;
    for (const TensorId input : graph.node(id).inputs) {
      views.push_back(*graph.producer(input));
      inputs.push_back(graph.node(views.back()).inputs[0]);
    }
    const std::string name = graph.node(id).name;
    const TensorId passed = graph.add_tensor(name + ":result", *shape);
    graph.set_inputs(id, std::move(inputs));
    graph.set_output(id, passed);
    graph.insert_after(id, make_reshape(name + ":channels_back", passed, result));
    for (const NodeId view : views) {
      const TensorId viewed = graph.node(view).output;
      if (graph.is_alive(view) && graph.readers(viewed).empty() && !graph.is_output(viewed)) {
        graph.remove(view, id, GraphRewriter::Order::before);
      }
    }
    changed = true;
  }
  return changed;
}

}  // namespace mmasim::runtime::importing
