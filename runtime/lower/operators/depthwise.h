// Depthwise convolutions and normalizations on the DSP.
#pragma once

#include "runtime/lower/array/linear_layer.h"

namespace mmasim::runtime {

void add_depthwise_steps(LoweringContext& context, uint32_t row, const LinearLayer& layer);

}  // namespace mmasim::runtime
