// The bytes that DMA descriptors and DSP instructions read and write, by their fields alone.
#pragma once

#include "isa/executor/byte_intervals.h"
#include "isa/instruction.h"

namespace mmasim::isa {

Footprint footprint_of(const DmaCopy& copy);
Footprint footprint_of(const DmaFill& fill);

// `stage`: the DSP's output stage, for instructions that pass through it.
Footprint footprint_of(const DspRescale& rescale, const StageSet& stage);
Footprint footprint_of(const DspAdd& add, const StageSet& stage);
Footprint footprint_of(const DspMultiply& multiply, const StageSet& stage);
Footprint footprint_of(const DspDepthwise& depthwise, const StageSet& stage);
Footprint footprint_of(const DspRequantize& requantize, const StageSet& stage);
Footprint footprint_of(const DspPoolMax& pool, const StageSet& stage);
Footprint footprint_of(const DspPoolAverage& pool, const StageSet& stage);
Footprint footprint_of(const DspLookup& lookup, const StageSet& stage);
Footprint footprint_of(const DspPrelu& prelu, const StageSet& stage);
Footprint footprint_of(const DspSoftmax& softmax, const StageSet& stage);
Footprint footprint_of(const DspArgmax& argmax, const StageSet& stage);
Footprint footprint_of(const DspResize& resize, const StageSet& stage);
Footprint footprint_of(const DspPermute& permute, const StageSet& stage);

}  // namespace mmasim::isa
