// The DSP's instructions at host speed, with its output stage where they pass through it. isa/semantics
// defines them. Each touches the worker's state alone.
#pragma once

#include <type_traits>
#include <utility>

#include "isa/executor/core/worker.h"
#include "isa/instruction.h"
#include "isa/semantics/memory.h"

namespace mmasim::isa {

void execute(const DspRescale&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspAdd&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspMultiply&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspPrelu&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspDepthwise&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspRequantize&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspPoolMax&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspPoolAverage&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspLookup&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspSoftmax&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspArgmax&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspResize&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspPermute&, const StageSet&, Worker&, const MemoryView&);

void execute(const DspQuantize&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspDequantize&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspConvert&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspRange&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspUnpack&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspCombineF32&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspFunctionF32&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspConvolveF32&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspPoolF32&, const StageSet&, Worker&, const MemoryView&);
void execute(const DspSoftmaxF32&, const StageSet&, Worker&, const MemoryView&);

template <class T, class = void>
constexpr bool kRunsOnDsp = false;
template <class T>
constexpr bool kRunsOnDsp<
    T, std::void_t<decltype(execute(std::declval<const T&>(), std::declval<const StageSet&>(),
                                    std::declval<Worker&>(), std::declval<const MemoryView&>()))>> = true;

}  // namespace mmasim::isa
