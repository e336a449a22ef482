// mma.config, mma.pattern, mma.store_pattern, stage.set and mma.range: the registers of the array.
#include <algorithm>

#include "isa/executor/core/mma.h"
#include "isa/semantics/elements.h"

namespace mmasim::isa {

void execute(const MmaConfig& config, CoreState::Registers& registers, const MemoryView&) {
  const bool is_other_width = set(config, registers);
  if (!is_other_width) return;
  for (auto& bank : registers.c) std::fill(bank.bound.begin(), bank.bound.end(), 0);
}

void execute(const MmaPattern& pattern, CoreState::Registers& registers, const MemoryView&) {
  set(pattern, registers);
}

void execute(const MmaStorePattern& pattern, CoreState::Registers& registers, const MemoryView&) {
  set(pattern, registers);
}

void execute(const StageSet& stage, CoreState::Registers& registers, const MemoryView&) {
  (stage.unit == Unit::mma ? registers.mma_stage : registers.dsp_stage) = stage;
}

void execute(const MmaRange& range, CoreState::Registers& registers, const MemoryView& memory) {
  uint8_t* dst = memory.at(range.dst);
  write_as(dst, registers.range.smallest);
  write_as(dst + 8, registers.range.largest);
  registers.range.clear();
}

}  // namespace mmasim::isa
