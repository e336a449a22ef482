// Thresholds by what they do to the network's outputs (quantization.md 4.9): the range of each tensor and the
// magnitudes of each layer's weights are cut by powers of two, one after the other, and the cut of least
// error against the float network stays. The quantized network is a plan in float. Makes no plan itself.
#pragma once

#include <functional>
#include <string>

#include "runtime/calibrate/ranges.h"
#include "runtime/calibrate/samples.h"
#include "runtime/choice.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

struct SearchedThresholds {
  Graph graph;    // with clipped weights
  Ranges ranges;  // cut
  std::string note;
};

// Of a graph with the nodes of the one that is searched.
using MakePlan = std::function<QuantPlan(const Graph& graph, const Ranges& ranges)>;

// choice: the row threshold_search of sample_corrections().
SearchedThresholds search_thresholds(const Graph& graph, const Ranges& ranges, const Samples& samples,
                                     unsigned threads, const Choice& choice, const MakePlan& make);

}  // namespace mmasim::runtime
