// The golden answer: the quantized network as plain loops over the plan's integers, written from
// quantization.md and sharing no code with isa/semantics. Slow and obvious.
#pragma once

#include <functional>
#include <vector>

#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

// inputs: the integers of each graph input. Returns the integers of every tensor of the graph (indexed by
// TensorId). overflow_count, if given, receives how many accumulators left their width; what
// becomes of one is in its node's plan. progress, if given, is called before each node with its id.
std::vector<IntegerTensor> run_reference(const Graph& graph, const QuantPlan& plan,
                                         const std::vector<IntegerTensor>& inputs,
                                         uint64_t* overflow_count = nullptr,
                                         const std::function<void(NodeId)>& progress = {});

}  // namespace mmasim::runtime
