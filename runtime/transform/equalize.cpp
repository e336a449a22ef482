// cle: cross-layer equalization (quantization.md 6.3). Between two layers whose values pass nothing but
// positively homogeneous functions, channel i is divided by s_i in the first and multiplied by s_i in the
// second, so that both have the same range of weights in it.
#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/transform/layer_pairs.h"
#include "runtime/transform/layer_weights.h"
#include "runtime/transform/transform_rows.h"

namespace mmasim::runtime::transforming {
namespace {

constexpr double kSettled = 1e-3;  // |s - 1| of a sweep that changes nothing worth another

struct Pairs {
  std::vector<LayerPair> found;
  size_t clipped = 0;  // left out for a bounded activation
};

Pairs find_pairs(const Graph& graph) {
  Pairs pairs;
  for (const LayerPair& pair : layer_pairs(graph)) {
    if (pair.is_homogeneous) {
      pairs.found.push_back(pair);
    } else {
      ++pairs.clipped;
    }
  }
  return pairs;
}

class Equalizer {
 public:
  explicit Equalizer(Graph& graph) : graph_(graph), weights_(graph.nodes.size()), bias_(graph.nodes.size()) {}

  // How far the scales of one pair are from 1, at most.
  double equalize(const LayerPair& pair) {
    load(pair.first);
    load(pair.second);
    const Node& first = graph_.nodes[pair.first];
    const Node& second = graph_.nodes[pair.second];
    auto& w1 = weights_[pair.first];
    auto& w2 = weights_[pair.second];
    const auto r1 = largest_per_output(first, w1), r2 = largest_per_input(second, w2);
    std::vector<double> scale(r1.size(), 1.0);
    double furthest = 0;
    for (size_t i = 0; i < r1.size(); ++i) {
      if (r1[i] > 0 && r2.at(i) > 0) scale[i] = std::sqrt(r1[i] * r2[i]) / r2[i];
      furthest = std::max(furthest, std::fabs(scale[i] - 1));
    }
    for_each_taps(first, [&](const WeightTaps& taps) {
      for (size_t i = taps.begin; i < taps.begin + taps.count; ++i)
        w1[i] /= scale[static_cast<size_t>(taps.output)];
    });
    for (size_t i = 0; i < bias_[pair.first].size(); ++i) bias_[pair.first][i] /= scale[i];
    for_each_taps(second, [&](const WeightTaps& taps) {
      for (size_t i = taps.begin; i < taps.begin + taps.count; ++i)
        w2[i] *= scale[static_cast<size_t>(taps.input)];
    });
    return furthest;
  }

  void store() {
    for (NodeId id = 0; id < graph_.nodes.size(); ++id) {
      if (weights_[id].empty()) continue;
      set_effective_weights(graph_.nodes[id], weights_[id]);
      set_bias(graph_.nodes[id], bias_[id]);
    }
  }

 private:
  void load(NodeId id) {
    if (!weights_[id].empty()) return;
    weights_[id] = effective_weights(graph_.nodes[id]);
    bias_[id] = bias_of(graph_.nodes[id]);
  }

  Graph& graph_;
  std::vector<std::vector<double>> weights_, bias_;  // by node, of those that take part
};

Transformed apply(const Graph& graph, const ChoiceValues& values) {
  Transformed result{graph, {}};
  const Pairs pairs = find_pairs(result.graph);
  Equalizer equalizer(result.graph);
  const auto most = static_cast<int>(values.at("sweeps"));
  int sweeps = 0;
  for (double furthest = 2 * kSettled; sweeps < most && furthest >= kSettled; ++sweeps) {
    furthest = 0;
    for (const LayerPair& pair : pairs.found) furthest = std::max(furthest, equalizer.equalize(pair));
  }
  equalizer.store();
  result.notes.push_back("cle: " + std::to_string(pairs.found.size()) + " pairs of layers equalized in " +
                         std::to_string(sweeps) + " sweeps");
  if (pairs.clipped > 0) {
    result.notes.push_back("cle: " + std::to_string(pairs.clipped) +
                           " pairs left alone, as a bounded activation lies between them; the transform "
                           "relu6 before cle takes the bound away");
  }
  return result;
}

}  // namespace

TransformInfo equalize() {
  return {"cle",
          "Cross-layer equalization: scales each channel between two layers so that both have the same range "
          "of weights in it. Stops at branches and bounded activations.",
          true,
          false,
          {{"sweeps", 20, 1, 1000, "at most; fewer where scales settle", true}},
          apply};
}

}  // namespace mmasim::runtime::transforming
