#include "runtime/emulation/channel_means.h"

#include <stdexcept>

#include "runtime/graph/axes.h"

namespace mmasim::runtime {

bool find_shift(const Graph& graph, NodeId id, Parameter& found) {
  const Node& node = graph.nodes[id];
  if (std::holds_alternative<BatchNorm>(node.op)) {
    found = {id, Parameter::Kind::norm_shift};
    return !std::get<BatchNorm>(node.op).shift.empty();
  }
  found = {id, Parameter::Kind::bias};
  return output_channels(node) > 0;
}

void ChannelMean::add(const Node& node, const FloatTensor& y) {
  const auto axes = channel_axes(node.op, y.shape.size());
  if (!axes) throw std::logic_error("node '" + node.name + "' has no output channels");
  const int64_t inner = inner_count(y.shape, *axes), channels = channel_count(y.shape, *axes);
  if (sums_.empty()) sums_.assign(static_cast<size_t>(channels), 0.0);
  const auto total = static_cast<int64_t>(y.values.size());
  for (int64_t begin = 0, run = 0; begin < total; begin += inner, ++run) {
    double sum = 0;
    for (int64_t i = begin; i < begin + inner; ++i) sum += y.values[static_cast<size_t>(i)];
    sums_[static_cast<size_t>(run % channels)] += sum;
  }
  count_ += static_cast<double>(total) / static_cast<double>(channels);
}

std::vector<double> ChannelMean::mean() const {
  std::vector<double> means = sums_;
  for (double& mean : means) mean /= count_;
  return means;
}

}  // namespace mmasim::runtime
