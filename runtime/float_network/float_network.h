// The float network node by node. What is done with each tensor is the visitor's business.
#pragma once

#include <functional>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime::quantization {

enum class Lifetime : uint8_t { whole_run, until_last_use, until_last_use_or_output };

using TensorVisitor = std::function<void(TensorId, const FloatTensor&)>;

using FloatViews = std::vector<const FloatTensor*>;  // of tensors that somebody else owns
FloatViews views_of(const std::vector<FloatTensor>& tensors);

// Inputs first, then every node's result after its activation, in the graph's order. Returns what is still
// alive of the results; inputs stay where they are.
std::vector<FloatTensor> execute(const Graph& graph, const FloatViews& inputs, unsigned threads,
                                 Lifetime lifetime, const TensorVisitor& visit);

}  // namespace mmasim::runtime::quantization
