// The network in float32: the values that quantization is measured against.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

enum class Keep : uint8_t { all_tensors, outputs };

// The float network on one batch of inputs (one FloatTensor a graph input). The result is indexed by
// TensorId: values of every tensor, or of the outputs only (the others then stay empty and memory is bounded
// by what is alive). Deterministic to the bit on every host and for any thread count: fixed order of
// additions, no fused multiply-add, whatever SIMD level runs. float32 arithmetic.
std::vector<FloatTensor> run_float(const Graph& graph, const std::vector<FloatTensor>& inputs,
                                   unsigned threads = 1, Keep keep = Keep::all_tensors);

}  // namespace mmasim::runtime
