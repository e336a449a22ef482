// One check an instruction: everything that executors may then rely on. Follows the configuration
// (mma.config, the patterns, the output stages) in stream order, as extents depend on it. Does not know
// deadlocks: see untimed.h.
#pragma once

#include <optional>

#include "isa/program.h"
#include "isa/verify/extent.h"
#include "isa/verify/memory_bounds.h"

namespace mmasim::isa {

// Work of one instruction, in bytes copied or elements computed; bounds what a hostile program can ask for.
constexpr uint64_t kMaxWork = uint64_t{1} << 36;

// Each check throws Violation.
class InstructionChecks {
 public:
  explicit InstructionChecks(const Program& program);

  void check(const Instruction& instruction) {
    std::visit([this](const auto& alternative) { check(alternative); }, instruction);
  }

 private:
  // control.cpp
  void check(const CtlLayer& layer);
  void check(const CtlEnd&) {}
  void check(const SyncWait& wait);
  void check(const SyncSignal& signal);
  void check(const DmaWait& wait);
  void check(const DmaCopy& copy);
  void check(const DmaFill& fill);
  void expect_token(const char* name, uint16_t token) const;
  void expect_layer(uint32_t layer) const;
  void expect_channel(uint8_t channel) const;

  // output_stage.cpp
  void check(const StageSet& stage);
  void check_array_stage(const StageSet& stage) const;
  // The stage of `unit` may serve accumulators of this element for lanes lane .. lane + lanes - 1.
  const StageSet& expect_stage(Unit unit, Element accumulator, uint32_t lane, uint32_t lanes) const;

  // array.cpp
  void check(const MmaConfig& config);
  void check(const MmaPattern& pattern);
  void check(const MmaStorePattern& pattern);
  void check(const MmaLoadB& load);
  void check(const MmaStream& stream);
  void check(const MmaTransfer& transfer);
  void check(const MmaRange& range);
  uint32_t expect_panel() const;  // S of the current mma.config

  // dsp_elementwise.cpp and dsp_window.cpp
  void check(const DspRescale& rescale);
  void check(const DspAdd& add);
  void check(const DspMultiply& multiply);
  void check(const DspDepthwise& depthwise);
  void check(const DspRequantize& requantize);
  void check(const DspPoolMax& pool);
  void check(const DspPoolAverage& pool);
  void check(const DspLookup& lookup);
  void check(const DspPrelu& prelu);
  void check(const DspSoftmax& softmax);
  void check(const DspArgmax& argmax);
  void check(const DspResize& resize);
  void check(const DspPermute& permute);

  // dsp_float.cpp
  void check(const DspQuantize& i);
  void check(const DspDequantize& i);
  void check(const DspConvert& i);
  void check(const DspRange& i);
  void check(const DspUnpack& i);
  void check(const DspCombineF32& i);
  void check(const DspFunctionF32& i);
  void check(const DspConvolveF32& i);
  void check(const DspPoolF32& i);
  void check(const DspSoftmaxF32& i);
  template <class Float>
  void expect_operands(const Float& i) const;

  const Machine& machine_;
  const size_t num_layers_;
  const MemoryBounds memory_;

  uint32_t operand_bytes_ = 0;  // of mma.config; 0 before the first
  std::optional<Pattern> load_pattern_depth_, load_pattern_rows_, store_pattern_;
  std::optional<StageSet> stages_[2];  // indexed by Unit
};

inline void expect_not_zero(const char* name, uint64_t count) {
  if (count == 0) violate("{} is 0; expected at least 1", name);
}

// Multiplies counts that are at least one each into the work of an instruction.
inline uint64_t expect_work(std::initializer_list<std::pair<const char*, uint64_t>> counts) {
  uint64_t work = 1;
  for (const auto& [name, count] : counts) {
    expect_not_zero(name, count);
    if (__builtin_mul_overflow(work, count, &work) || work > kMaxWork) {
      violate("the counts multiply to more than {}, the most that one instruction may do", kMaxWork);
    }
  }
  return work;
}

}  // namespace mmasim::isa
