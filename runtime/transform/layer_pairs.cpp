#include "runtime/transform/layer_pairs.h"

#include <algorithm>
#include <optional>

#include "runtime/transform/layer_weights.h"

namespace mmasim::runtime::transforming {
namespace {

// The node that alone reads a tensor, if it is no output.
std::optional<NodeId> only_reader(const Graph& graph, TensorId tensor) {
  if (std::find(graph.outputs.begin(), graph.outputs.end(), tensor) != graph.outputs.end()) return {};
  const std::vector<NodeId> readers = graph.consumers(tensor);
  return readers.size() == 1 ? std::optional(readers.front()) : std::nullopt;
}

bool is_homogeneous(const Activation& activation) {
  return activation.kind == Activation::Kind::none || activation.kind == Activation::Kind::relu;
}

bool keeps_channels(const Node& node) {
  return std::holds_alternative<MaxPool>(node.op) || std::holds_alternative<AveragePool>(node.op) ||
         std::holds_alternative<GlobalAveragePool>(node.op) || std::holds_alternative<Clip>(node.op);
}

}  // namespace

std::vector<LayerPair> layer_pairs(const Graph& graph) {
  std::vector<LayerPair> pairs;
  for (NodeId first = 0; first < graph.nodes.size(); ++first) {
    if (!has_weights(graph.nodes[first])) continue;
    LayerPair pair{first, 0, is_homogeneous(graph.nodes[first].activation), true};
    auto next = only_reader(graph, graph.nodes[first].output);
    while (next && keeps_channels(graph.nodes[*next])) {
      pair.is_direct = false;
      pair.is_homogeneous = pair.is_homogeneous && is_homogeneous(graph.nodes[*next].activation);
      next = only_reader(graph, graph.nodes[*next].output);
    }
    if (!next || !has_weights(graph.nodes[*next])) continue;
    pair.second = *next;
    pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace mmasim::runtime::transforming
