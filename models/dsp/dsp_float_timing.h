// What the dsp.* instructions on reals cost, as dsp_timing.h says for all: pure functions of their fields.
#pragma once

#include "models/dsp/dsp_timing.h"

namespace mmasim::models {

DspCost float_cost(const isa::DspQuantize& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspDequantize& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspConvert& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspRange& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspUnpack& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspCombineF32& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspFunctionF32& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspConvolveF32& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspPoolF32& op, const DspConfig& config, const isa::Machine& machine);
DspCost float_cost(const isa::DspSoftmaxF32& op, const DspConfig& config, const isa::Machine& machine);

}  // namespace mmasim::models
