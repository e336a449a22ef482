// How far the reference's integers may lie from the float network: per node, from what quantization.md rounds
// there. Every node is judged on its own operands: the float operator on the reals that the reference's input
// integers stand for. So errors do not pile up, and a bound stays a few steps wide however deep the network.
// The grids are judged apart: a step may not be coarser than the calibrated range or the operands' steps
// explain.
#pragma once

#include <string>
#include <vector>

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::random_graphs {

struct QuantizedRun {
  const runtime::Graph& graph;  // legalized
  const runtime::QuantPlan& plan;
  const runtime::QuantSpec& spec;  // that the plan was made of
  const runtime::Ranges& ranges;
  const std::vector<runtime::FloatTensor>& inputs;      // of the graph, in float
  const std::vector<runtime::IntegerTensor>& integers;  // the reference's, of every tensor
};

// What lies outside: a line naming the first such value of the first such tensor, or the grid that is too
// coarse. Empty if all is within.
std::string outside_bounds(const QuantizedRun& run);

}  // namespace mmasim::random_graphs
