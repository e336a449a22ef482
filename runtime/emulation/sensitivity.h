// What each layer's quantization alone does to the network's outputs: its weights and its result on their
// grids, all else in float.
#pragma once

#include <optional>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

struct Sensitivity {
  bool is_measured = false;       // nodes that keep the integers they get do nothing of their own
  std::optional<double> sqnr_db;  // of all outputs together; none: they are exact
};

// tensors: of the float network, all of them, on one batch of inputs. One row per node.
std::vector<Sensitivity> sensitivities(const Graph& graph, const QuantPlan& plan,
                                       const std::vector<FloatTensor>& tensors, unsigned threads);

}  // namespace mmasim::runtime
