// What a layer's finer grid gains at the network's outputs while all others keep theirs: two plans of one
// graph in float, narrow and wide, and any mixture of them (quantization.md 4.8). Chooses nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/calibrate/samples.h"
#include "runtime/float_network/float_network.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

class MixedGains {
 public:
  // Both plans are of the graph and have their weights. samples: the first `runs` runs of them are looked at.
  MixedGains(const Graph& graph, const QuantPlan& narrow, const QuantPlan& wide, const Samples& samples,
             int64_t runs, unsigned threads);

  // Noise energy of all outputs against the float network, relative to their signal: with the wide plan's
  // weights and grid in these nodes, the narrow one's in all others.
  double noise(const std::vector<NodeId>& wide) const;

 private:
  struct Frame {
    std::vector<FloatTensor> exact, narrow;  // by tensor; of exact the outputs alone
  };

  FloatTensor node_result(NodeId id, bool is_wide, const quantization::FloatViews& operands) const;
  std::vector<FloatTensor> narrow_tensors(const quantization::FloatViews& inputs) const;
  // Of one frame: noise and signal of the outputs where these nodes are wide.
  double noise_energy(const Frame& frame, const std::vector<bool>& wide) const;

  const Graph& graph_;
  const QuantPlan& narrow_;
  const QuantPlan& wide_;
  const Graph narrow_graph_, wide_graph_;  // with their integers' floats as weights
  const unsigned threads_;
  std::vector<Frame> frames_;
  double signal_ = 0;
};

}  // namespace mmasim::runtime
