// Rules about what is computed: normalization, padding and activations.
#include <algorithm>
#include <cmath>

#include "runtime/graph/axes.h"
#include "runtime/transform/legalize_rules.h"

namespace mmasim::runtime::importing {
namespace {

// Constants come from binary32 files: 1/6 is 0.16666667 there.
bool is_near(double value, double wanted) { return std::abs(value - wanted) <= 1e-6; }

bool all_near(const std::vector<double>& values, double wanted) {
  return !values.empty() &&
         std::all_of(values.begin(), values.end(), [&](double value) { return is_near(value, wanted); });
}

bool is_scaled(const Node& node, double scale, double shift) {
  const auto* norm = std::get_if<BatchNorm>(&node.op);
  return norm && node.activation.kind == Activation::Kind::none && all_near(norm->scale, scale) &&
         all_near(norm->shift, shift);
}

// The node x + 3 if this one is Clip(x + 3, 0, 6) and nothing else reads x + 3.
std::optional<NodeId> shift_of_relu6(GraphRewriter& graph, NodeId clip) {
  const Node& node = graph.node(clip);
  const Activation& activation = node.activation;
  if (!std::holds_alternative<Clip>(node.op) || activation.kind != Activation::Kind::clip ||
      !is_near(activation.low, 0) || !is_near(activation.high, 6)) {
    return std::nullopt;
  }
  const auto shift = graph.private_producer(clip);
  return shift && is_scaled(graph.node(*shift), 1, 3) ? shift : std::nullopt;
}

// The node that alone reads what `id` produces.
std::optional<NodeId> only_reader(GraphRewriter& graph, NodeId id) {
  const TensorId tensor = graph.node(id).output;
  const bool single = graph.readers(tensor).size() == 1 && !graph.is_output(tensor);
  return single ? std::optional(graph.readers(tensor).front()) : std::nullopt;
}

void become(Node& node, Unary::Kind kind) {
  node.op = Unary{kind, 1.0 / 6.0, 0.5};
  node.activation = {};
}

using Order = GraphRewriter::Order;

// x -> x + 3 -> Clip(0, 6) -> / 6
bool recognise_hard_sigmoid(GraphRewriter& graph, NodeId clip, NodeId shift) {
  const auto sixth = only_reader(graph, clip);
  if (!sixth || !is_scaled(graph.node(*sixth), 1.0 / 6.0, 0)) return false;
  graph.set_input(*sixth, 0, graph.node(shift).inputs[0]);
  become(graph.node(*sixth), Unary::Kind::hard_sigmoid);
  graph.remove(clip, *sixth, Order::before);
  graph.remove(shift, *sixth, Order::before);
  return true;
}

// x * Clip(x + 3, 0, 6) -> / 6
bool recognise_hard_swish_of_clip(GraphRewriter& graph, NodeId clip, NodeId shift) {
  const auto product = only_reader(graph, clip);
  if (!product || !std::holds_alternative<Mul>(graph.node(*product).op)) return false;
  if (graph.node(*product).activation.kind != Activation::Kind::none) return false;
  const auto sixth = only_reader(graph, *product);
  if (!sixth || !is_scaled(graph.node(*sixth), 1.0 / 6.0, 0)) return false;
  const TensorId x = graph.node(shift).inputs[0];
  const std::vector<TensorId>& factors = graph.node(*product).inputs;
  if (factors[0] != x && factors[1] != x) return false;
  graph.set_input(*sixth, 0, x);
  become(graph.node(*sixth), Unary::Kind::hard_swish);
  graph.remove(*product, *sixth, Order::before);
  graph.remove(clip, *sixth, Order::before);
  graph.remove(shift, *sixth, Order::before);
  return true;
}

// x * HardSigmoid(x)
bool recognise_hard_swish(GraphRewriter& graph, NodeId sigmoid) {
  const auto& unary = std::get<Unary>(graph.node(sigmoid).op);
  const bool fits = unary.kind == Unary::Kind::hard_sigmoid && is_near(unary.alpha, 1.0 / 6.0) &&
                    is_near(unary.beta, 0.5) && graph.node(sigmoid).activation.kind == Activation::Kind::none;
  const auto product = fits ? only_reader(graph, sigmoid) : std::nullopt;
  if (!product || !std::holds_alternative<Mul>(graph.node(*product).op)) return false;
  if (graph.node(*product).activation.kind != Activation::Kind::none) return false;
  const TensorId x = graph.node(sigmoid).inputs[0];
  const std::vector<TensorId>& factors = graph.node(*product).inputs;
  if (factors[0] != x && factors[1] != x) return false;
  graph.set_inputs(*product, {x});
  become(graph.node(*product), Unary::Kind::hard_swish);
  graph.remove(sigmoid, *product, Order::before);
  return true;
}

// y * scale + shift for every channel of an operator with weights. A BatchNorm without values counts as scale
// 1 and shift 0, which is also what fill_random_weights gives it; one value may stand for all channels.
void fold_into(std::vector<double>& scale, std::vector<double>& shift, size_t channels,
               const BatchNorm& norm) {
  if (norm.scale.empty()) return;
  scale.resize(channels, 1.0);
  shift.resize(channels, 0.0);
  for (size_t c = 0; c < channels; ++c) {
    const size_t own = norm.scale.size() == 1 ? 0 : c;
    scale[c] *= norm.scale.at(own);
    shift[c] = shift[c] * norm.scale.at(own) + norm.shift.at(own);
  }
}

bool fold_batch_norm(GraphRewriter& graph, NodeId id, NodeId producer) {
  Node& node = graph.node(producer);
  const auto& norm = std::get<BatchNorm>(graph.node(id).op);
  const auto channels = channel_axes(node.op, graph.shape(node.output).size());
  if (norm.along.count != 0 && !(channels && *channels == norm.along)) return false;
  if (auto* conv = std::get_if<Conv>(&node.op)) {
    fold_into(conv->weight_scale, conv->bias, static_cast<size_t>(conv->weights.shape[0]), norm);
  } else if (auto* transposed = std::get_if<ConvTranspose>(&node.op)) {
    const int64_t outputs = transposed->weights.shape[1] * transposed->groups;
    fold_into(transposed->weight_scale, transposed->bias, static_cast<size_t>(outputs), norm);
  } else if (auto* gemm = std::get_if<Gemm>(&node.op)) {
    fold_into(gemm->weight_scale, gemm->bias, static_cast<size_t>(gemm->weights.shape[0]), norm);
  } else {
    return false;
  }
  return true;
}

// Both along the same axes, or one of them with one value for all.
bool merge_norms(BatchNorm& first, const BatchNorm& second) {
  const bool fits = first.along == second.along || first.along.count == 0 || second.along.count == 0;
  if (!fits) return false;
  if (first.along.count == 0 && second.along.count != 0) {
    first.along = second.along, first.channels = second.channels;
    for (auto* values : {&first.scale, &first.shift}) {
      values->assign(static_cast<size_t>(first.channels), values->front());
    }
  }
  fold_into(first.scale, first.shift, static_cast<size_t>(first.channels), second);
  return true;
}

// The producer takes over the result of the node behind it.
void absorb_follower(GraphRewriter& graph, NodeId id, NodeId producer) {
  const TensorId result = graph.node(id).output;
  graph.node(producer).activation = graph.node(id).activation;
  graph.remove(id, producer, Order::after);
  graph.set_output(producer, result);
}

bool takes_activation(const Operator& op) {
  return std::holds_alternative<Conv>(op) || std::holds_alternative<ConvTranspose>(op) ||
         std::holds_alternative<Gemm>(op) || std::holds_alternative<BatchNorm>(op) ||
         std::holds_alternative<Add>(op) || std::holds_alternative<Sub>(op) ||
         std::holds_alternative<Mul>(op) || std::holds_alternative<AveragePool>(op) ||
         std::holds_alternative<GlobalAveragePool>(op);
}

// Padding of height and width alone, as a window has it.
std::optional<std::array<int64_t, 4>> spatial_padding(const Pad& pad) {
  if (pad.before.size() != 4 || pad.before[0] || pad.before[1] || pad.after[0] || pad.after[1])
    return std::nullopt;
  return std::array<int64_t, 4>{pad.before[2], pad.before[3], pad.after[2], pad.after[3]};
}

bool pad_window(Operator& op, const std::array<int64_t, 4>& pad) {
  if (auto* conv = std::get_if<Conv>(&op)) {
    for (int i = 0; i < 4; ++i) conv->window.pad[i] += pad[i];
    return true;
  }
  auto* pool = std::get_if<AveragePool>(&op);
  if (!pool) return false;
  Window window = pool->window;
  if (!pool->count_padding && window.pad != std::array<int64_t, 4>{0, 0, 0, 0}) return false;
  for (int i = 0; i < 4; ++i) {
    window.pad[i] += pad[i];
    if (window.pad[i] >= window.dilation[i % 2] * (window.kernel[i % 2] - 1) + 1) return false;
  }
  pool->window = window;
  pool->count_padding = true;
  return true;
}

}  // namespace

bool recognise_hard_activations(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id)) continue;
    if (const auto shift = shift_of_relu6(graph, id)) {
      changed = recognise_hard_sigmoid(graph, id, *shift) ||
                recognise_hard_swish_of_clip(graph, id, *shift) || changed;
    } else if (std::holds_alternative<Unary>(graph.node(id).op)) {
      changed = recognise_hard_swish(graph, id) || changed;
    }
  }
  return changed;
}

bool merge_batch_norms(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id)) continue;
    const auto* second = std::get_if<BatchNorm>(&graph.node(id).op);
    const auto producer = second ? graph.private_producer(id) : std::nullopt;
    auto* first = producer ? std::get_if<BatchNorm>(&graph.node(*producer).op) : nullptr;
    if (!first || !merge_norms(*first, *second)) continue;
    absorb_follower(graph, id, *producer);
    changed = true;
  }
  return changed;
}

bool fold_batch_norms(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id) || !std::holds_alternative<BatchNorm>(graph.node(id).op)) continue;
    const auto producer = graph.private_producer(id);
    if (!producer || !fold_batch_norm(graph, id, *producer)) continue;
    absorb_follower(graph, id, *producer);
    changed = true;
  }
  return changed;
}

bool merge_padding(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id) || graph.node(id).inputs.size() != 1) continue;
    const auto producer = graph.private_producer(id);
    const auto* pad = producer ? std::get_if<Pad>(&graph.node(*producer).op) : nullptr;
    const auto padding = pad ? spatial_padding(*pad) : std::nullopt;
    if (!padding || !pad_window(graph.node(id).op, *padding)) continue;
    graph.set_input(id, 0, graph.node(*producer).inputs[0]);
    graph.remove(*producer, id, Order::before);
    changed = true;
  }
  return changed;
}

bool fuse_activations(GraphRewriter& graph) {
  bool changed = false;
  for (NodeId id = 0; id < graph.node_count(); ++id) {
    if (!graph.is_alive(id) || !std::holds_alternative<Clip>(graph.node(id).op)) continue;
    const auto producer = graph.private_producer(id);
    if (!producer || !takes_activation(graph.node(*producer).op)) continue;
    absorb_follower(graph, id, *producer);
    changed = true;
  }
  return changed;
}

}  // namespace mmasim::runtime::importing
