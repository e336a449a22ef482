#include "runtime/quantize/merge.h"

#include <algorithm>
#include <numeric>

#include "runtime/quantize/grid.h"

namespace mmasim::runtime::quantization {

namespace {

class Classes {
 public:
  explicit Classes(size_t count) : parent_(count), merged_(count, false) {
    std::iota(parent_.begin(), parent_.end(), TensorId{0});
  }
  TensorId root(TensorId id) const {
    while (parent_[id] != id) id = parent_[id];
    return id;
  }
  void join(TensorId a, TensorId b) {
    const TensorId one = root(a), other = root(b);
    parent_[std::max(one, other)] = std::min(one, other);
    merged_[std::min(one, other)] = merged_[one] || merged_[other];
  }
  void mark(TensorId id) { merged_[root(id)] = true; }
  bool is_merged(TensorId id) const { return merged_[root(id)]; }

 private:
  std::vector<TensorId> parent_;
  std::vector<bool> merged_;
};

bool merges(const Node& node, const QuantChoices& choices) {
  const bool takes_several = std::holds_alternative<Add>(node.op) || std::holds_alternative<Sub>(node.op) ||
                             std::holds_alternative<Concat>(node.op);
  return takes_several && choices.merge == QuantChoices::Merge::merged;
}

Classes classes_of(const Graph& graph, const Recipe& recipe) {
  Classes classes(graph.tensors.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (keeps_grid(node.op)) classes.join(node.inputs.at(0), node.output);
    if (!merges(node, recipe.nodes[i])) continue;
    for (const TensorId input : node.inputs) classes.join(node.inputs.at(0), input);
    if (std::holds_alternative<Concat>(node.op)) classes.join(node.inputs.at(0), node.output);
    classes.mark(node.inputs.at(0));
  }
  return classes;
}

}  // namespace

std::vector<bool> merge_operands(const Graph& graph, const Recipe& recipe, Ranges& ranges) {
  const Classes classes = classes_of(graph, recipe);
  std::vector<bool> is_signed(graph.tensors.size(), false);
  for (const TensorId input : graph.inputs)
    if (classes.is_merged(input) && ranges[input].low < 0) is_signed[classes.root(input)] = true;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (keeps_grid(node.op) || !classes.is_merged(node.output)) continue;
    // A Concat that merges has its operands' class and no other sign than they.
    const bool is_of_class = std::holds_alternative<Concat>(node.op) && merges(node, recipe.nodes[i]);
    const Activation activation = planned_activation(recipe.nodes[i], node.activation);
    if (leaves_negative(activation, !is_of_class)) is_signed[classes.root(node.output)] = true;
  }
  Ranges shared = ranges;
  for (TensorId id = 0; id < ranges.size(); ++id) {
    Range& range = shared[classes.root(id)];
    range = {std::min(range.low, ranges[id].low), std::max(range.high, ranges[id].high)};
  }
  for (TensorId id = 0; id < ranges.size(); ++id) {
    if (!classes.is_merged(id)) continue;
    is_signed[id] = is_signed[classes.root(id)];
    ranges[id] = shared[classes.root(id)];
  }
  return is_signed;
}

}  // namespace mmasim::runtime::quantization
