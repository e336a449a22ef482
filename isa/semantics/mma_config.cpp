// mma.config, mma.pattern and mma.store_pattern: how the array takes its operands and places its results.
#include <algorithm>

#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const MmaConfig& config, Registers& registers, const MemoryView&) {
  const bool is_other_width = set(config, registers);
  if (!is_other_width) return;
  for (auto& bank : registers.c) std::fill(bank.begin(), bank.end(), Wide{0});
}

void execute(const MmaPattern& pattern, Registers& registers, const MemoryView&) { set(pattern, registers); }

void execute(const MmaStorePattern& pattern, Registers& registers, const MemoryView&) {
  set(pattern, registers);
}

}  // namespace mmasim::isa::semantics
