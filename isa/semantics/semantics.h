// The definition of every instruction: what it does to the core's registers and to memory, as the plain loop
// nest of its `action` in isa/instruction.h. Obviously right rather than fast; isa/executor does the same at
// host speed and is tested against this. Integers and reals as quantization.md sections 2 and 5.12
// define them (isa/arithmetic.h, isa/float_arithmetic.h). Knows no time, no order between units and no token.
//
// Each instruction has a file of its mnemonic's name: dsp.add is in dsp_add.cpp.
#pragma once

#include "isa/instruction.h"
#include "isa/semantics/memory.h"
#include "isa/semantics/registers.h"

namespace mmasim::isa::semantics {

void execute(const DmaCopy&, const MemoryView&);
void execute(const DmaFill&, const MemoryView&);

void execute(const StageSet&, Registers&, const MemoryView&);

// A change of the operands' width empties the C banks: accumulators of one width mean nothing in another.
void execute(const MmaConfig&, Registers&, const MemoryView&);
void execute(const MmaPattern&, Registers&, const MemoryView&);
void execute(const MmaStorePattern&, Registers&, const MemoryView&);
void execute(const MmaLoadB&, Registers&, const MemoryView&);
void execute(const MmaStream&, Registers&, const MemoryView&);
void execute(const MmaTransfer&, Registers&, const MemoryView&);
void execute(const MmaRange&, Registers&, const MemoryView&);

void execute(const DspRescale&, Registers&, const MemoryView&);
void execute(const DspAdd&, Registers&, const MemoryView&);
void execute(const DspMultiply&, Registers&, const MemoryView&);
void execute(const DspDepthwise&, Registers&, const MemoryView&);
void execute(const DspRequantize&, Registers&, const MemoryView&);
void execute(const DspPoolMax&, Registers&, const MemoryView&);
void execute(const DspPoolAverage&, Registers&, const MemoryView&);
void execute(const DspLookup&, Registers&, const MemoryView&);
void execute(const DspPrelu&, Registers&, const MemoryView&);
void execute(const DspSoftmax&, Registers&, const MemoryView&);
void execute(const DspArgmax&, Registers&, const MemoryView&);
void execute(const DspResize&, Registers&, const MemoryView&);
void execute(const DspPermute&, Registers&, const MemoryView&);

void execute(const DspQuantize&, Registers&, const MemoryView&);
void execute(const DspDequantize&, Registers&, const MemoryView&);
void execute(const DspConvert&, Registers&, const MemoryView&);
void execute(const DspRange&, Registers&, const MemoryView&);
void execute(const DspUnpack&, Registers&, const MemoryView&);
void execute(const DspCombineF32&, Registers&, const MemoryView&);
void execute(const DspFunctionF32&, Registers&, const MemoryView&);
void execute(const DspConvolveF32&, Registers&, const MemoryView&);
void execute(const DspPoolF32&, Registers&, const MemoryView&);
void execute(const DspSoftmaxF32&, Registers&, const MemoryView&);

// Any of them. Control and synchronisation touch neither registers nor memory: run_plain.cpp has them, and
// here they are a bug of the caller (std::logic_error).
void execute(const Instruction& instruction, Registers& registers, const MemoryView& memory);

}  // namespace mmasim::isa::semantics
