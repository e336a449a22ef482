// weight_clip: weights beyond the threshold of least error come down to it (quantization.md 6.1). Biases
// should be corrected afterwards.
#include <algorithm>
#include <string>

#include "runtime/calibrate/calibrator.h"
#include "runtime/transform/layer_weights.h"
#include "runtime/transform/transform_rows.h"

namespace mmasim::runtime::transforming {
namespace {

// Clips the weights of some output channels together. Gives how many it has changed.
size_t clip_together(const GridShape& grid, const std::vector<size_t>& indices,
                     std::vector<double>& weights) {
  std::vector<float> values;
  for (const size_t i : indices) values.push_back(static_cast<float>(weights[i]));
  const Range range = calibrate_values({"mse", {}}, grid, values.data(), values.size());
  const double threshold = std::max(range.high, -range.low);
  size_t clipped = 0;
  for (const size_t i : indices) {
    const double value = std::clamp(weights[i], -threshold, threshold);
    // Not those that binary32 alone has moved.
    if (static_cast<float>(value) != static_cast<float>(weights[i])) ++clipped;
    weights[i] = value;
  }
  return clipped;
}

Transformed apply(const Graph& graph, const ChoiceValues& values) {
  Transformed result{graph, {}};
  const GridShape grid{static_cast<uint32_t>(values.at("bits")), true, values.at("power_of_two") != 0, true};
  const bool per_channel = values.at("per_channel") != 0;
  size_t clipped = 0, layers = 0;
  for (Node& node : result.graph.nodes) {
    if (!has_weights(node)) continue;
    auto weights = effective_weights(node);
    std::vector<std::vector<size_t>> groups;
    for_each_taps(node, [&](const WeightTaps& taps) {
      const size_t group = per_channel ? static_cast<size_t>(taps.output) : 0;
      if (groups.size() <= group) groups.resize(group + 1);
      for (size_t i = taps.begin; i < taps.begin + taps.count; ++i) groups[group].push_back(i);
    });
    size_t here = 0;
    for (const auto& group : groups) here += clip_together(grid, group, weights);
    if (here == 0) continue;
    set_effective_weights(node, weights);
    clipped += here;
    ++layers;
  }
  result.notes.push_back("weight_clip: " + std::to_string(clipped) + " weights of " + std::to_string(layers) +
                         " layers clipped");
  return result;
}

}  // namespace

TransformInfo clip_weights() {
  return {"weight_clip",
          "Weights beyond the threshold of least mean squared error come down to it; biases should be "
          "corrected afterwards.",
          false,
          false,
          {{"bits", 8, 2, 32, "of the weights", true},
           {"power_of_two", 0, 0, 1, "1: steps are powers of two", true},
           {"per_channel", 0, 0, 1, "1: each output channel has its own threshold", true}},
          apply};
}

}  // namespace mmasim::runtime::transforming
