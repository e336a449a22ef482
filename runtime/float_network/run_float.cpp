// Executes the graph in float32, in its own order, freeing tensors as soon as the caller lets it.
#include <algorithm>
#include <limits>
#include <stdexcept>

#include "isa/kit/simd.h"
#include "runtime/float_network/float_network.h"
#include "runtime/float_network/float_step.h"
#include "runtime/float_network/run_float.h"

namespace mmasim::runtime {
namespace quantization {

namespace {

// Comparisons so written let NaN through, to be found where it arose.
MMASIM_SIMD_CLONES void clip_values(float* values, size_t count, float low, float high) {
  for (size_t i = 0; i < count; ++i) {
    const float v = values[i] < low ? low : values[i];
    values[i] = v > high ? high : v;
  }
}

void check_inputs(const Graph& graph, const FloatViews& inputs) {
  if (inputs.size() != graph.inputs.size()) {
    throw std::logic_error(std::to_string(inputs.size()) + " float inputs for " +
                           std::to_string(graph.inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& tensor = graph.tensors[graph.inputs[i]];
    if (inputs[i]->shape != tensor.shape ||
        static_cast<int64_t>(inputs[i]->values.size()) != element_count(tensor.shape)) {
      throw std::logic_error("float input '" + tensor.name + "' has " +
                             std::to_string(inputs[i]->values.size()) +
                             " values or a shape that is not the network's");
    }
  }
}

FloatTensor sums_of(const Graph& graph, const Node& node, const FloatViews& operands, unsigned threads) {
  FloatTensor y;
  y.shape = graph.tensors[node.output].shape;
  y.values.resize(static_cast<size_t>(element_count(y.shape)));
  FloatStep step{node, operands, y, std::max(threads, 1u)};
  std::visit([&](const auto& op) { evaluate(op, step); }, node.op);
  return y;
}

}  // namespace

FloatViews views_of(const std::vector<FloatTensor>& tensors) {
  FloatViews views;
  for (const auto& tensor : tensors) views.push_back(&tensor);
  return views;
}

void activate(const Activation& activation, FloatTensor& y) {
  const float infinity = std::numeric_limits<float>::infinity();
  switch (activation.kind) {
    case Activation::Kind::none:
      return;
    case Activation::Kind::relu:
      return clip_values(y.values.data(), y.values.size(), 0.0f, infinity);
    case Activation::Kind::clip:
      return clip_values(y.values.data(), y.values.size(), static_cast<float>(activation.low),
                         static_cast<float>(activation.high));
  }
}

std::vector<std::vector<TensorId>> dying_tensors(const Graph& graph, Lifetime lifetime) {
  std::vector<std::vector<TensorId>> dying(graph.nodes.size());
  if (lifetime == Lifetime::whole_run) return dying;
  constexpr NodeId kUnread = ~NodeId{0};
  std::vector<NodeId> last_use(graph.tensors.size(), kUnread);
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    last_use[graph.nodes[id].output] = id;
    for (const TensorId input : graph.nodes[id].inputs) last_use[input] = id;
  }
  if (lifetime == Lifetime::until_last_use_or_output) {
    for (const TensorId output : graph.outputs) last_use[output] = kUnread;
  }
  for (TensorId id = 0; id < last_use.size(); ++id) {
    if (last_use[id] != kUnread) dying[last_use[id]].push_back(id);
  }
  return dying;
}

FloatViews operands_of(const Node& node, const FloatViews& tensors) {
  FloatViews operands;
  for (const TensorId input : node.inputs) operands.push_back(tensors[input]);
  return operands;
}

FloatTensor evaluate_sums(const Graph& graph, NodeId id, const FloatViews& operands, unsigned threads) {
  return sums_of(graph, graph.nodes[id], operands, threads);
}

FloatTensor evaluate_node(const Graph& graph, NodeId id, const FloatViews& operands, unsigned threads) {
  const Node& node = graph.nodes[id];
  FloatTensor y = sums_of(graph, node, operands, threads);
  activate(node.activation, y);
  return y;
}

std::vector<FloatTensor> forward(const Graph& graph, const FloatViews& inputs, unsigned threads,
                                 Lifetime lifetime, Hook& hook) {
  check_inputs(graph, inputs);
  const auto dying = dying_tensors(graph, lifetime);
  std::vector<FloatTensor> tensors(graph.tensors.size());
  FloatViews views = views_of(tensors);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorId id = graph.inputs[i];
    if (hook.replaces(id)) {
      tensors[id] = *inputs[i];
      hook.replace(id, tensors[id]);
    } else {
      views[id] = inputs[i];
    }
    hook.see(id, *views[id]);
  }
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    FloatTensor& y = tensors[node.output];
    y = sums_of(graph, node, operands_of(node, views), threads);
    hook.see_sums(id, y);
    activate(node.activation, y);
    if (hook.replaces(node.output)) hook.replace(node.output, y);
    hook.see(node.output, y);
    for (const TensorId dead : dying[id]) tensors[dead] = FloatTensor{};
  }
  return tensors;
}

std::vector<FloatTensor> forward_from(const Graph& graph, const std::vector<FloatTensor>& tensors,
                                      const std::vector<TensorId>& changed, std::vector<FloatTensor> values,
                                      unsigned threads) {
  std::vector<FloatTensor> fresh(graph.tensors.size());
  FloatViews views = views_of(tensors);
  for (size_t i = 0; i < changed.size(); ++i) {
    fresh[changed[i]] = std::move(values[i]);
    views[changed[i]] = &fresh[changed[i]];
  }
  const auto is_fresh = [&](TensorId id) { return views[id] == &fresh[id]; };
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    if (is_fresh(node.output) || std::none_of(node.inputs.begin(), node.inputs.end(), is_fresh)) continue;
    fresh[node.output] = evaluate_node(graph, id, operands_of(node, views), threads);
    views[node.output] = &fresh[node.output];
  }
  return fresh;
}

}  // namespace quantization

std::vector<FloatTensor> run_float(const Graph& graph, const std::vector<FloatTensor>& inputs,
                                   unsigned threads, Keep keep) {
  using quantization::Lifetime;
  const bool keeps_all = keep == Keep::all_tensors;
  const Lifetime lifetime = keeps_all ? Lifetime::whole_run : Lifetime::until_last_use_or_output;
  Hook nobody;
  std::vector<FloatTensor> tensors =
      quantization::forward(graph, quantization::views_of(inputs), threads, lifetime, nobody);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorId id = graph.inputs[i];
    const bool is_output = std::find(graph.outputs.begin(), graph.outputs.end(), id) != graph.outputs.end();
    if (keeps_all || is_output) tensors[id] = inputs[i];
  }
  return tensors;
}

}  // namespace mmasim::runtime
