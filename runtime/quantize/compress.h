// Weights in fewer bits than binary32 (quantization.md 4.15), and what they are when they are reals again.
#pragma once

#include <vector>

#include "runtime/quantize/planning.h"
#include "runtime/quantize/weights.h"

namespace mmasim::runtime::quantization {

// Effective weights in binary32, in the order of the layer's values.
std::vector<float> real_weights(const WeightedLayer& layer);

// Symmetric steps of absmax / 127, one or one per channel, and the integers.
struct IntegerWeights {
  std::vector<float> steps;
  IntegerArray integers;
};
IntegerWeights integer_weights(const WeightedLayer& layer, QuantChoices::Granularity granularity);

// Lloyd's iteration from `count` centroids at equal distances from the smallest to the largest value; at most
// 50 rounds. Ties go to the lower centroid; one that nothing is near stays where it is. Binary64.
struct Codebook {
  std::vector<double> centroids;
  std::vector<uint8_t> indices;
};
Codebook cluster(const std::vector<float>& values, uint32_t count);

// Fills plan.stored in its form, and plan.weights with what comes back from memory.
void store_weights(const WeightedLayer& layer, const QuantChoices& choices, RealPlan& plan);

}  // namespace mmasim::runtime::quantization
