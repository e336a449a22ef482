// Means of a layer's sums per output channel, over runs of the float network. Sums in binary64, in the order
// of the runs.
#pragma once

#include <map>
#include <vector>

#include "runtime/float_network/hook.h"
#include "runtime/float_network/parameters.h"
#include "runtime/graph/graph.h"

namespace mmasim::runtime {

// The parameter that shifts a layer's output channels: a bias, or a BatchNorm's shift. False for others.
bool find_shift(const Graph& graph, NodeId id, Parameter& found);

class ChannelMean {
 public:
  // y: of a node whose output channels lie along axis 1 of rank 4, else along the last axis.
  void add(const Node& node, const FloatTensor& y);
  std::vector<double> mean() const;

 private:
  std::vector<double> sums_;
  double count_ = 0;  // values per channel
};

// Collects the means of every layer that has a bias.
class MeanHook : public Hook {
 public:
  explicit MeanHook(const Graph& graph) : graph_(graph) {}
  void see_sums(NodeId id, const FloatTensor& y) override {
    Parameter shift;
    if (find_shift(graph_, id, shift)) means_[id].add(graph_.nodes[id], y);
  }
  const std::map<NodeId, ChannelMean>& means() const { return means_; }

 private:
  const Graph& graph_;
  std::map<NodeId, ChannelMean> means_;
};

}  // namespace mmasim::runtime
