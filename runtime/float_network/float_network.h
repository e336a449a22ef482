// The float network node by node. What is done with each tensor is a hook's business.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/float_network/hook.h"
#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime::quantization {

enum class Lifetime : uint8_t { whole_run, until_last_use, until_last_use_or_output };

using FloatViews = std::vector<const FloatTensor*>;  // of tensors that somebody else owns
FloatViews views_of(const std::vector<FloatTensor>& tensors);

// Inputs first, then every node's result, in the graph's order. Returns what is still alive of the results,
// and of the inputs those that the hook has replaced; the others stay where they are.
std::vector<FloatTensor> forward(const Graph& graph, const FloatViews& inputs, unsigned threads,
                                 Lifetime lifetime, Hook& hook);

// The same for a part of the network: `tensors` holds an earlier run's values of every tensor. What hangs on
// the tensors `changed`, whose values are given, is computed again; nothing else is. Returns the new values;
// tensors that have not changed stay empty.
std::vector<FloatTensor> forward_from(const Graph& graph, const std::vector<FloatTensor>& tensors,
                                      const std::vector<TensorId>& changed, std::vector<FloatTensor> values,
                                      unsigned threads);

// One node on given operands: its sums, the activation of sums, and both.
FloatTensor evaluate_sums(const Graph& graph, NodeId id, const FloatViews& operands, unsigned threads);
void activate(const Activation& activation, FloatTensor& sums);
FloatTensor evaluate_node(const Graph& graph, NodeId id, const FloatViews& operands, unsigned threads);

// For every node: the tensors that nothing after it reads, outputs among them unless they are kept.
std::vector<std::vector<TensorId>> dying_tensors(const Graph& graph, Lifetime lifetime);
FloatViews operands_of(const Node& node, const FloatViews& tensors);

}  // namespace mmasim::runtime::quantization
