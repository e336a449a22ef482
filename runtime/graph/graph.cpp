// Lookups and counts on a Graph. Does not check it (see verify.cpp).
#include "runtime/graph/graph.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace mmasim::runtime {

int64_t element_count(const Shape& shape) {
  int64_t count = 1;
  for (int64_t dimension : shape) {
    if (__builtin_mul_overflow(count, dimension, &count)) {
      throw std::overflow_error("element_count: a shape of rank " + std::to_string(shape.size()) +
                                " has more than 2^63 elements");
    }
  }
  return count;
}

const char* operator_name(const Operator& op) {
  static constexpr const char* kNames[] = {"Conv",
                                           "ConvTranspose",
                                           "Gemm",
                                           "BatchNorm",
                                           "Clip",
                                           "Prelu",
                                           "Unary",
                                           "Add",
                                           "Sub",
                                           "Mul",
                                           "MaxPool",
                                           "AveragePool",
                                           "GlobalAveragePool",
                                           "Concat",
                                           "Pad",
                                           "Reshape",
                                           "Transpose",
                                           "Slice",
                                           "Softmax",
                                           "ArgMax",
                                           "Resize"};
  static_assert(std::size(kNames) == std::variant_size_v<Operator>);
  if (const auto* unary = std::get_if<Unary>(&op)) {
    switch (unary->kind) {
      case Unary::Kind::sigmoid:
        return "Sigmoid";
      case Unary::Kind::hard_sigmoid:
        return "HardSigmoid";
      case Unary::Kind::hard_swish:
        return "HardSwish";
    }
  }
  return kNames[op.index()];
}

uint64_t macs(const Graph& graph, const Node& node) {
  const auto elements = [&](TensorId tensor) {
    return static_cast<uint64_t>(element_count(graph.tensors[tensor].shape));
  };
  if (const auto* conv = std::get_if<Conv>(&node.op)) {
    const Shape& filter = conv->weights.shape;  // each output element sums I/groups * kh * kw products
    return elements(node.output) * static_cast<uint64_t>(filter[1] * filter[2] * filter[3]);
  }
  if (const auto* conv = std::get_if<ConvTranspose>(&node.op)) {
    const Shape& filter =
        conv->weights.shape;  // each input element is spread over O/groups * kh * kw products
    return elements(node.inputs[0]) * static_cast<uint64_t>(filter[1] * filter[2] * filter[3]);
  }
  if (const auto* gemm = std::get_if<Gemm>(&node.op)) {
    return elements(node.output) * static_cast<uint64_t>(gemm->weights.shape[1]);
  }
  return 0;
}

uint64_t macs(const Graph& graph) {
  uint64_t total = 0;
  for (const Node& node : graph.nodes) total += macs(graph, node);
  return total;
}

std::optional<NodeId> Graph::producer(TensorId tensor) const {
  for (NodeId id = 0; id < nodes.size(); ++id) {
    if (nodes[id].output == tensor) return id;
  }
  return std::nullopt;
}

std::vector<NodeId> Graph::consumers(TensorId tensor) const {
  std::vector<NodeId> found;
  for (NodeId id = 0; id < nodes.size(); ++id) {
    const std::vector<TensorId>& read = nodes[id].inputs;
    if (std::find(read.begin(), read.end(), tensor) != read.end()) found.push_back(id);
  }
  return found;
}

}  // namespace mmasim::runtime
