// Runs the float network over samples and keeps the range of every tensor. Chooses no scale.
#pragma once

#include <vector>

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

// Min/max of every tensor over all samples. samples: per graph input, first axis the sample; the graph's own
// batch divides it or the last part is padded by repetition. Arrays of just the graph's shapes are one run of
// it. Throws UserError on NaN or infinity, naming sample and tensor.
Ranges calibrate(const Graph& graph, const std::vector<FloatTensor>& samples, unsigned threads = 1);
Ranges calibrate(const Graph& graph, const std::vector<const FloatTensor*>& samples, unsigned threads);

}  // namespace mmasim::runtime
