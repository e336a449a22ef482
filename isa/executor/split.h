// Cuts DMA descriptors and DSP instructions into parts that touch no byte that another part writes: threads
// may execute them at the same time, and the bytes are those of the whole.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/instruction.h"

namespace mmasim::isa {

// At most `most` parts; the instruction itself where it cannot be cut, or is too small to be worth it.
std::vector<DmaCopy> split(const DmaCopy& copy, uint32_t most);

// `stage`: the DSP's output stage.
std::vector<DspAdd> split(const DspAdd& add, const StageSet& stage, uint32_t most);
std::vector<DspDepthwise> split(const DspDepthwise& depthwise, const StageSet& stage, uint32_t most);
std::vector<DspPoolMax> split(const DspPoolMax& pool, const StageSet& stage, uint32_t most);

}  // namespace mmasim::isa
