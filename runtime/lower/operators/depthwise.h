// Depthwise convolutions and normalizations on the DSP.
#pragma once

#include "runtime/lower/array/linear_layer.h"

namespace mmasim::runtime {

// Of compute, transfers and tiles; needs no more L2 than a few channels of one position.
double estimated_depthwise_cycles(const LoweringContext& context, const LinearLayer& layer,
                                  uint64_t table_bytes);
void add_depthwise_steps(LoweringContext& context, uint32_t row, const LinearLayer& layer);

}  // namespace mmasim::runtime
