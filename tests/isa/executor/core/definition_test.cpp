// Descriptors and DSP instructions at host speed against their definition: the same bytes, counts and range,
// on random operands. The array's are in mma_test.cpp and, fused, in array_run_test.cpp.
#include <doctest/doctest.h>

#include "isa/executor/core/dsp.h"
#include "tests/isa/semantics/random_float_instruction.h"
#include "tests/isa/semantics/random_instruction.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using Bytes = std::vector<uint8_t>;

MemoryView view_of(Bytes& bytes) {
  MemoryView view;
  view.base[static_cast<int>(Space::l2)] = bytes.data();
  return view;
}

struct Outcome {
  Bytes bytes;
  uint64_t overflow_count = 0;
  int64_t smallest = 0, largest = 0;

  bool operator==(const Outcome& other) const {
    return bytes == other.bytes && overflow_count == other.overflow_count && smallest == other.smallest &&
           largest == other.largest;
  }
};

template <class Any>
Outcome fast(const Any& i, const StageSet& stage, Bytes bytes) {
  const MemoryView memory = view_of(bytes);
  Worker worker;
  if constexpr (kRunsOnDsp<Any>)
    execute(i, stage, worker, memory);
  else
    execute_dma(i, memory);
  return {bytes, worker.overflow_count, worker.range.smallest, worker.range.largest};
}

template <class Any>
Outcome defined(const Any& i, const StageSet& stage, Bytes bytes) {
  const MemoryView memory = view_of(bytes);
  Machine machine;
  machine.array_bytes = 4;
  semantics::Registers registers(machine);
  registers.dsp_stage = stage;
  semantics::execute(Instruction{i}, registers, memory);
  return {bytes, registers.overflow_count, registers.range.smallest, registers.range.largest};
}

template <class Any>
bool forms_agree() {
  return tests::holds([](uint64_t seed) {
    for (uint64_t n = 0; n < 10; ++n) {
      test::RandomOperands trial(seed * 10 + n);
      Any instruction;
      make(trial, instruction);
      trial.room(0, 64);
      trial.stage.track_range = trial.in(0, 1) != 0;
      trial.stage.overflow =
          trial.one_of({Overflow::wrap, Overflow::saturate, Overflow::wrap16, Overflow::saturate16});
      PROPERTY_ASSERT(fast(instruction, trial.stage, trial.bytes) ==
                      defined(instruction, trial.stage, trial.bytes));
    }
  });
}

}  // namespace

TEST_CASE("fast form: descriptors do what their definition says") {
  CHECK(forms_agree<DmaCopy>());
  CHECK(forms_agree<DmaFill>());
}

TEST_CASE("fast form: elementwise instructions do what their definition says") {
  CHECK(forms_agree<DspRescale>());
  CHECK(forms_agree<DspAdd>());
  CHECK(forms_agree<DspMultiply>());
  CHECK(forms_agree<DspPrelu>());
}

TEST_CASE("fast form: windows and the output stage do what their definition says") {
  CHECK(forms_agree<DspDepthwise>());
  CHECK(forms_agree<DspRequantize>());
  CHECK(forms_agree<DspPoolMax>());
  CHECK(forms_agree<DspPoolAverage>());
}

TEST_CASE("fast form: tables and reductions over channels do what their definition says") {
  CHECK(forms_agree<DspLookup>());
  CHECK(forms_agree<DspSoftmax>());
  CHECK(forms_agree<DspArgmax>());
}

TEST_CASE("fast form: enlarged maps and moved elements do what their definition says") {
  CHECK(forms_agree<DspResize>());
  CHECK(forms_agree<DspPermute>());
}

TEST_CASE("fast form: instructions between integers and reals do what their definition says") {
  CHECK(forms_agree<DspQuantize>());
  CHECK(forms_agree<DspDequantize>());
  CHECK(forms_agree<DspConvert>());
  CHECK(forms_agree<DspRange>());
  CHECK(forms_agree<DspUnpack>());
}

TEST_CASE("fast form: instructions on reals do what their definition says") {
  CHECK(forms_agree<DspCombineF32>());
  CHECK(forms_agree<DspFunctionF32>());
  CHECK(forms_agree<DspConvolveF32>());
  CHECK(forms_agree<DspPoolF32>());
  CHECK(forms_agree<DspSoftmaxF32>());
}

TEST_CASE("fast form: the comparison sees one other bit") {
  test::RandomOperands trial(1);
  DspRescale i;
  i.channels = 8, i.clip_min = -128, i.clip_max = 127;
  i.src = trial.room(0, 8), i.dst = trial.room(0, 8);
  DspRescale other = i;
  other.src_zero = 1;
  CHECK(fast(i, {}, trial.bytes) == defined(i, {}, trial.bytes));
  CHECK_FALSE(fast(i, {}, trial.bytes) == defined(other, {}, trial.bytes));
}

}  // namespace mmasim::isa
