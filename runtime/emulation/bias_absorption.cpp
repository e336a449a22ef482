#include "runtime/emulation/bias_absorption.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "runtime/emulation/channel_means.h"
#include "runtime/float_network/float_network.h"
#include "runtime/transform/layer_pairs.h"
#include "runtime/transform/layer_weights.h"
#include "runtime/transform/sample_corrections.h"

namespace mmasim::runtime {
namespace {

using transforming::LayerPair;

// Means of sums and of their squares, of the layers that are asked for.
class MomentHook final : public Hook {
 public:
  MomentHook(const Graph& graph, const std::vector<LayerPair>& pairs) : graph_(graph) {
    for (const auto& pair : pairs) moments_[pair.first];
  }

  void see_sums(NodeId id, const FloatTensor& y) override {
    const auto found = moments_.find(id);
    if (found == moments_.end()) return;
    found->second.mean.add(graph_.nodes[id], y);
    FloatTensor squares = y;
    for (float& value : squares.values) value *= value;
    found->second.square.add(graph_.nodes[id], squares);
  }

  // max(0, mean - sigmas * deviation) of each output channel
  std::vector<double> surplus(NodeId id, double sigmas) const {
    const auto means = moments_.at(id).mean.mean(), squares = moments_.at(id).square.mean();
    std::vector<double> surplus(means.size());
    for (size_t c = 0; c < means.size(); ++c) {
      const double deviation = std::sqrt(std::max(0.0, squares[c] - means[c] * means[c]));
      surplus[c] = std::max(0.0, means[c] - sigmas * deviation);
    }
    return surplus;
  }

 private:
  struct Moments {
    ChannelMean mean, square;
  };
  const Graph& graph_;
  std::map<NodeId, Moments> moments_;
};

// Every output sees every tap: what a tap adds is the same everywhere.
bool sees_every_tap(const Node& node) {
  if (const auto* conv = std::get_if<Conv>(&node.op))
    return conv->window.pad == std::array<int64_t, 4>{0, 0, 0, 0};
  return std::holds_alternative<Gemm>(node.op);
}

std::vector<double> bias_or_zeros(const Node& node) {
  auto bias = transforming::bias_of(node);
  if (bias.empty()) bias.assign(static_cast<size_t>(output_channels(node)), 0.0);
  return bias;
}

void move_bias(Graph& graph, const LayerPair& pair, const std::vector<double>& surplus) {
  Node& first = graph.nodes[pair.first];
  Node& second = graph.nodes[pair.second];
  auto before = bias_or_zeros(first), behind = bias_or_zeros(second);
  for (size_t c = 0; c < before.size(); ++c) before[c] -= surplus[c];
  const auto weights = transforming::effective_weights(second);
  transforming::for_each_taps(second, [&](const transforming::WeightTaps& taps) {
    for (size_t i = taps.begin; i < taps.begin + taps.count; ++i)
      behind[static_cast<size_t>(taps.output)] += weights[i] * surplus.at(static_cast<size_t>(taps.input));
  });
  transforming::set_bias(first, before);
  transforming::set_bias(second, behind);
}

}  // namespace

Absorbed absorb_biases(const Graph& graph, const Samples& samples, unsigned threads, const Choice& choice) {
  std::vector<ChoiceRow> rows;
  for (const auto& info : sample_corrections()) rows.push_back({info.name, &info.parameters});
  const auto values =
      all_values(sample_corrections()[find_choice("correction", rows, choice)].parameters, choice);
  std::vector<LayerPair> pairs;
  size_t left = 0;
  for (const auto& pair : transforming::layer_pairs(graph)) {
    const bool fits = pair.is_direct && pair.is_homogeneous && sees_every_tap(graph.nodes[pair.second]);
    fits ? pairs.push_back(pair) : static_cast<void>(++left);
  }
  MomentHook hook(graph, pairs);
  const auto frames = static_cast<int64_t>(values.at("frames"));
  const int64_t runs = std::min(samples.runs(), (frames + samples.batch() - 1) / samples.batch());
  for (int64_t run = 0; run < runs; ++run) {
    samples.with_run(run, [&](const quantization::FloatViews& inputs) {
      quantization::forward(graph, inputs, threads, quantization::Lifetime::until_last_use, hook);
    });
  }
  Absorbed absorbed{graph, {}};
  size_t channels = 0;
  for (const auto& pair : pairs) {
    const auto surplus = hook.surplus(pair.first, values.at("sigmas"));
    channels +=
        static_cast<size_t>(std::count_if(surplus.begin(), surplus.end(), [](double c) { return c > 0; }));
    move_bias(absorbed.graph, pair, surplus);
  }
  absorbed.note = "bias_absorb: biases of " + std::to_string(channels) + " channels absorbed in " +
                  std::to_string(pairs.size()) + " pairs of layers; " + std::to_string(left) +
                  " pairs left alone, for padding or what lies between";
  return absorbed;
}

}  // namespace mmasim::runtime
