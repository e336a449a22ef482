// The bytes that DMA descriptors and DSP instructions read and write, by their fields alone.
#pragma once

#include <type_traits>
#include <vector>

#include "isa/executor/byte_intervals.h"
#include "isa/float_operands.h"
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

template <class Float, class = std::enable_if_t<kIsFloatInstruction<Float>>>
Footprint footprint_of(const Float& instruction, const StageSet&) {
  Footprint footprint;
  for_each_operand(instruction, [&](const char*, Use use, Address base, uint64_t bytes,
                                    std::initializer_list<Repeat> walk) {
    std::vector<Steps> steps;
    for (const Repeat& dimension : walk) steps.push_back({dimension.count, dimension.stride});
    IntervalSet& set = use == Use::write ? footprint.writes : footprint.reads;
    set.add(interval_of(base, bytes, steps.data(), steps.size()));
  });
  return footprint;
}

}  // namespace mmasim::isa
