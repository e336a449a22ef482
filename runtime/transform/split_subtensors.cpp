// subtensor: a depthwise layer becomes several layers with a part of its weights each, and their sum
// (quantization.md 4.12). Each part then has a step of its own.
#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/float_network/parameters.h"
#include "runtime/transform/graph_rewriter.h"
#include "runtime/transform/layer_weights.h"
#include "runtime/transform/transform_rows.h"
#include "runtime/transform/weight_split.h"

namespace mmasim::runtime::transforming {
namespace {

ChannelWeights channel_weights(const Node& node) {
  ChannelWeights weights{effective_weights(node), {}, output_channels(node)};
  weights.channel.resize(weights.values.size());
  for_each_taps(node, [&](const WeightTaps& taps) {
    std::fill_n(weights.channel.begin() + static_cast<std::ptrdiff_t>(taps.begin), taps.count, taps.output);
  });
  return weights;
}

std::vector<std::vector<double>> split_by_channel(const ChannelWeights& weights, size_t parts) {
  const auto group = group_channels(weights, parts);
  std::vector<std::vector<double>> split(parts, std::vector<double>(weights.values.size(), 0.0));
  for (size_t i = 0; i < weights.values.size(); ++i)
    split[group[static_cast<size_t>(weights.channel[i])]][i] = weights.values[i];
  return split;
}

// How unlike each other the ranges of a layer's channels are: the largest by the median.
double imbalance(const Node& node) {
  auto range = largest_per_output(node, effective_weights(node));
  std::sort(range.begin(), range.end());
  const double median = range[range.size() / 2];
  return median > 0 ? range.back() / median : HUGE_VAL;
}

// The most unlike first, as long as the further weights, of a byte each, keep to the budget: so much of the
// network's bytes in float32. At most so many.
std::vector<NodeId> choose_layers(const Graph& graph, size_t parts, double size_budget, size_t most) {
  struct Candidate {
    double imbalance;
    NodeId id;
  };
  std::vector<Candidate> candidates;
  for (NodeId id = 0; id < graph.nodes.size(); ++id) {
    const Node& node = graph.nodes[id];
    if (is_depthwise(node) && has_weights(node)) candidates.push_back({imbalance(node), id});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.imbalance > b.imbalance; });
  const double budget = size_budget * 4 * static_cast<double>(graph.parameter_count);
  double bytes = 0;
  std::vector<NodeId> chosen;
  for (const Candidate& candidate : candidates) {
    if (chosen.size() == most) break;
    const auto& conv = std::get<Conv>(graph.nodes[candidate.id].op);
    const double more =
        static_cast<double>(element_count(conv.weights.shape)) * static_cast<double>(parts - 1);
    if (bytes + more > budget) continue;
    bytes += more;
    chosen.push_back(candidate.id);
  }
  return chosen;
}

// The node becomes the last Add of the parts' results.
void split_node(importing::GraphRewriter& graph, NodeId id, const std::vector<std::vector<double>>& parts) {
  const Node whole = graph.node(id);
  const Shape shape = graph.shape(whole.output);
  TensorId sum = 0;
  for (size_t part = 0; part < parts.size(); ++part) {
    Node piece = whole;
    piece.name = whole.name + "#part" + std::to_string(part);
    piece.activation = {};
    if (part > 0) {
      piece.covers.clear();
      set_bias(piece, {});
    }
    set_effective_weights(piece, parts[part]);
    piece.output = graph.add_tensor(piece.name + ":0", shape);
    const TensorId result = piece.output;
    graph.insert_before(id, std::move(piece));
    if (part == 0) {
      sum = result;
    } else if (part + 1 < parts.size()) {
      const TensorId partial = graph.add_tensor(whole.name + "#sum" + std::to_string(part) + ":0", shape);
      graph.insert_before(
          id, Node{whole.name + "#sum" + std::to_string(part), {}, Add{}, {}, {sum, result}, partial});
      sum = partial;
    } else {
      graph.node(id).op = Add{};
      graph.node(id).covers.clear();
      graph.set_inputs(id, {sum, result});
    }
  }
}

Transformed apply(const Graph& graph, const ChoiceValues& values) {
  const auto parts = static_cast<size_t>(values.at("parts"));
  const auto bits = static_cast<uint32_t>(values.at("bits"));
  const auto chosen =
      choose_layers(graph, parts, values.at("size"), static_cast<size_t>(values.at("layers")));
  importing::GraphRewriter rewriter(graph);
  std::string names;
  for (const NodeId id : chosen) {
    const ChannelWeights weights = channel_weights(graph.nodes[id]);
    split_node(
        rewriter, id,
        values.at("by_channel") != 0 ? split_by_channel(weights, parts) : split_values(weights, parts, bits));
    names += (names.empty() ? "" : ", ") + graph.nodes[id].name;
  }
  Transformed result{rewriter.take(), {}};
  result.notes.push_back("subtensor: " + std::to_string(chosen.size()) + " depthwise layers split" +
                         (names.empty() ? "" : ": " + names));
  return result;
}

}  // namespace

TransformInfo split_subtensors() {
  return {
      "subtensor",
      "Depthwise layers become sums of layers with a part of the weights each: by value, outliers apart "
      "from the rest, or by output channel. Those whose channels have the most unlike ranges come first, "
      "as far as the budget goes.",
      true,
      true,
      {{"parts", 2, 2, 8, "subtensors of a layer", true},
       {"by_channel", 0, 0, 1, "1: groups of output channels; 0: values below and above a threshold", true},
       {"size", 0.001, 0, 1, "budget: weights added, of the network's bytes in float32"},
       {"layers", 100000, 0, 100000, "split at most", true},
       {"time", 0, 0, 1,
        "budget: cycles added, of the network's in float32, by which a run sets `layers`; 0: any"},
       {"bits", 8, 2, 16, "of the grids that thresholds are chosen for", true}},
      apply};
}

}  // namespace mmasim::runtime::transforming
