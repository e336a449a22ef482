// What the array's instructions have set, beside its banks, and the rules of setting it.
#pragma once

#include <cstdint>

#include "isa/instruction.h"
#include "isa/machine.h"

namespace mmasim::isa {

struct ArraySettings {
  Machine machine;
  StageSet mma_stage;
  MmaConfig config;
  MmaPattern pattern;
  MmaStorePattern store_pattern;

  uint32_t panel() const { return machine.panel(operand_bytes()); }  // S
  uint32_t operand_bytes() const { return element_bytes(config.a); }
  Element accumulator() const { return accumulator_element(operand_bytes()); }
};

// Each throws std::logic_error for what no array can do. The first returns whether the operands' width has
// changed.
bool set(const MmaConfig& config, ArraySettings& settings);
void set(const MmaPattern& pattern, ArraySettings& settings);
void set(const MmaStorePattern& pattern, ArraySettings& settings);

}  // namespace mmasim::isa
