// High-bias absorption (quantization.md 6.3): what a channel's sums always exceed moves from its bias through
// the next layer's weights into that one's bias. The tensor between has a smaller range then. Measures means
// and deviations of the float network; needs no plan.
#pragma once

#include <string>

#include "runtime/calibrate/samples.h"
#include "runtime/choice.h"
#include "runtime/graph/graph.h"

namespace mmasim::runtime {

struct Absorbed {
  Graph graph;
  std::string note;  // how many channels, and what was left alone
};

// choice: the row bias_absorb of sample_corrections().
Absorbed absorb_biases(const Graph& graph, const Samples& samples, unsigned threads, const Choice& choice);

}  // namespace mmasim::runtime
