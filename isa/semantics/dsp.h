// What the DSP's instructions do to memory. The comments of isa/instruction.h define them.
#pragma once

#include "isa/semantics/registers.h"

namespace mmasim::isa {

void execute(const DspRescale&, CoreState::Registers&, const MemoryView&);
void execute(const DspAdd&, CoreState::Registers&, const MemoryView&);
void execute(const DspMultiply&, CoreState::Registers&, const MemoryView&);
void execute(const DspPrelu&, CoreState::Registers&, const MemoryView&);
void execute(const DspDepthwise&, CoreState::Registers&, const MemoryView&);
// Through a given output stage; touches the worker's state alone.
void execute(const DspDepthwise&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspRequantize&, CoreState::Registers&, const MemoryView&);
void execute(const DspPoolMax&, CoreState::Registers&, const MemoryView&);
void execute(const DspPoolAverage&, CoreState::Registers&, const MemoryView&);
void execute(const DspLookup&, CoreState::Registers&, const MemoryView&);
void execute(const DspSoftmax&, CoreState::Registers&, const MemoryView&);
void execute(const DspArgmax&, CoreState::Registers&, const MemoryView&);
void execute(const DspResize&, CoreState::Registers&, const MemoryView&);
void execute(const DspPermute&, CoreState::Registers&, const MemoryView&);

}  // namespace mmasim::isa
