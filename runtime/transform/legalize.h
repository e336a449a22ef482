// Rewrites a graph as planning and lowering want it. What it computes stays the same.
#pragma once

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

// Folds BatchNorm into the convolution before it, fuses activations, drops what computes nothing, turns
// Flatten + Gemm into a convolution by the whole map, zero Pad + Conv into padding where that is the same.
// Keeps the function of the network. Works with and without values, to the same structure.
// Throws std::logic_error if what comes out does not pass verify().
Graph legalize(const Graph& graph);

}  // namespace mmasim::runtime
