// mma.config, mma.pattern, mma.store_pattern, stage.set and mma.range: the registers of the array.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "isa/executor/core/mma.h"
#include "isa/semantics/elements.h"

namespace mmasim::isa {
namespace {

void require_counts(uint32_t first, uint32_t second, const char* what) {
  if (first == 0 || second == 0)
    throw std::logic_error(std::string(what) + ": counts " + std::to_string(first) + " and " +
                           std::to_string(second));
}

}  // namespace

void require_panel(uint32_t count, const CoreState::Registers& registers, const char* what) {
  if (count > registers.panel())
    throw std::logic_error(std::string(what) + " " + std::to_string(count) + "; the panel has " +
                           std::to_string(registers.panel()));
}

void execute(const MmaConfig& config, CoreState::Registers& registers, const MemoryView&) {
  if (element_bytes(config.a) != element_bytes(config.b) || element_bytes(config.a) > 4)
    throw std::logic_error("mma.config: operands of " + std::to_string(element_bytes(config.a)) + " and " +
                           std::to_string(element_bytes(config.b)) + " bytes");
  if (element_bytes(config.a) != registers.operand_bytes())
    for (auto& bank : registers.c) std::fill(bank.bound.begin(), bank.bound.end(), 0);
  registers.config = config;
}

void execute(const MmaPattern& pattern, CoreState::Registers& registers, const MemoryView&) {
  require_counts(pattern.k0, pattern.k1, "mma.pattern");
  require_counts(pattern.r0, pattern.r1, "mma.pattern");
  registers.pattern = pattern;
}

void execute(const MmaStorePattern& pattern, CoreState::Registers& registers, const MemoryView&) {
  require_counts(pattern.r0, pattern.r1, "mma.store_pattern");
  registers.store_pattern = pattern;
}

void execute(const StageSet& stage, CoreState::Registers& registers, const MemoryView&) {
  registers.stage(stage.unit) = stage;
}

void execute(const MmaRange& range, CoreState::Registers& registers, const MemoryView& memory) {
  uint8_t* dst = memory.at(range.dst);
  write_as(dst, registers.range.smallest);
  write_as(dst + 8, registers.range.largest);
  registers.range.clear();
}

}  // namespace mmasim::isa
