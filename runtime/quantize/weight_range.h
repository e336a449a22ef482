// How far the weights of a layer are to reach: their largest magnitudes, or what their calibrator says.
// Chooses no step.
#pragma once

#include <vector>

#include "runtime/quantize/choices.h"
#include "runtime/quantize/weights.h"

namespace mmasim::runtime::quantization {

enum class Together : uint8_t { layer, channels };  // what shares a range

// Of every output channel; those of a layer that shares one range are equal. UserError if a weight is not
// finite.
std::vector<double> weight_ranges(const WeightedLayer& layer, const QuantChoices& choices, Together together);

}  // namespace mmasim::runtime::quantization
