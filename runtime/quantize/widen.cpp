#include "runtime/quantize/widen.h"

#include <cfloat>
#include <map>
#include <utility>

#include "runtime/quantize/domains.h"

namespace mmasim::runtime {

namespace {

bool multiplies_weights(const Operator& op) {
  return std::holds_alternative<Conv>(op) || std::holds_alternative<ConvTranspose>(op) ||
         std::holds_alternative<Gemm>(op) || std::holds_alternative<BatchNorm>(op);
}

bool is_too_narrow(const Node& node, const QuantChoices& choices, const std::vector<uint32_t>& bits) {
  const uint32_t input_bits = bits[node.inputs.at(0)];
  return multiplies_weights(node.op) && !computes_in_reals(choices) &&
         container_bits(choices.weight_bits) > input_bits &&
         !takes_bytes_of_weights(node, choices, input_bits);
}

// A clip to all floats: the same reals on a finer grid.
Node widening_node(const Graph& graph, TensorId from, TensorId to) {
  Node node;
  node.name = graph.tensors[to].name;
  node.op = Clip{};
  node.activation = {Activation::Kind::clip, -static_cast<double>(FLT_MAX), static_cast<double>(FLT_MAX)};
  node.inputs = {from};
  node.output = to;
  return node;
}

}  // namespace

bool is_dense_product(const Operator& op) {
  const auto* conv = std::get_if<Conv>(&op);
  return (conv != nullptr && conv->groups == 1) || std::holds_alternative<Gemm>(op);
}

bool takes_bytes_of_weights(const Node& node, const QuantChoices& choices, uint32_t input_bits) {
  return is_dense_product(node.op) && input_bits == 8 && container_bits(choices.weight_bits) == 16 &&
         !choices.weight_affine && choices.inter_bits == 0 &&
         choices.requant != QuantChoices::Requant::q10_22;
}

bool needs_widening(const Graph& graph, const Recipe& recipe) {
  const auto bits = tensor_bits(graph, recipe);
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (is_too_narrow(graph.nodes[i], recipe.nodes[i], bits)) return true;
  return false;
}

void insert_widening(Graph& graph, Recipe& recipe, Ranges* ranges) {
  auto bits = tensor_bits(graph, recipe);
  std::vector<Node> nodes;
  std::vector<QuantChoices> choices;
  std::map<std::pair<TensorId, uint32_t>, TensorId> widened;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node node = std::move(graph.nodes[i]);
    if (is_too_narrow(node, recipe.nodes[i], bits)) {
      const TensorId from = node.inputs[0];
      const uint32_t width = container_bits(recipe.nodes[i].weight_bits);
      const auto [place, is_new] =
          widened.try_emplace({from, width}, static_cast<TensorId>(graph.tensors.size()));
      if (is_new) {
        const Tensor source = graph.tensors[from];
        graph.tensors.push_back({source.name + ":int" + std::to_string(width), source.shape});
        if (ranges != nullptr) ranges->push_back(Range{(*ranges)[from]});
        bits.push_back(width);
        nodes.push_back(widening_node(graph, from, place->second));
        choices.push_back(recipe.nodes[i]);
        choices.back().act_bits = width;
      }
      node.inputs[0] = place->second;
    }
    nodes.push_back(std::move(node));
    choices.push_back(recipe.nodes[i]);
  }
  graph.nodes = std::move(nodes);
  recipe.nodes = std::move(choices);
}

}  // namespace mmasim::runtime
