// The float network node by node. What is done with each tensor is the visitor's business.
#pragma once

#include <functional>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/quantize/quantize.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime::quantization {

enum class Lifetime : uint8_t { whole_run, until_last_use, until_last_use_or_output };

using TensorVisitor = std::function<void(TensorId, const FloatTensor&)>;

// Inputs first, then every node's result after its activation, in the graph's order. Returns what is still
// alive.
std::vector<FloatTensor> execute(const Graph& graph, const std::vector<FloatTensor>& inputs, unsigned threads,
                                 Lifetime lifetime, const TensorVisitor& visit);

}  // namespace mmasim::runtime::quantization
