#include "runtime/graph/prune.h"

#include <algorithm>
#include <utility>

namespace mmasim::runtime::importing {

void prune(Graph& graph) {
  std::vector<bool> needed(graph.tensors.size(), false);
  for (TensorId output : graph.outputs) needed[output] = true;
  std::vector<Node> kept;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    if (!needed[node->output]) continue;
    for (TensorId input : node->inputs) needed[input] = true;
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  graph.nodes = std::move(kept);

  std::vector<TensorId> number(graph.tensors.size(), 0);
  std::vector<Tensor> tensors;
  for (TensorId id = 0; id < graph.tensors.size(); ++id) {
    if (!needed[id]) continue;
    number[id] = static_cast<TensorId>(tensors.size());
    tensors.push_back(std::move(graph.tensors[id]));
  }
  graph.tensors = std::move(tensors);
  std::vector<TensorId>& inputs = graph.inputs;
  inputs.erase(std::remove_if(inputs.begin(), inputs.end(), [&](TensorId id) { return !needed[id]; }),
               inputs.end());
  for (TensorId& id : inputs) id = number[id];
  for (TensorId& id : graph.outputs) id = number[id];
  for (Node& node : graph.nodes) {
    for (TensorId& id : node.inputs) id = number[id];
    node.output = number[node.output];
  }
}

}  // namespace mmasim::runtime::importing
