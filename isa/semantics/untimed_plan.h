// A program as the untimed machine goes through it: stretches of array instructions that run as a whole, and
// all other instructions, which are few and decoded when they run.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/program.h"
#include "isa/semantics/array_plan.h"

namespace mmasim::isa {

struct UntimedStep {
  static constexpr uint32_t kNoStretch = ~0u;

  uint64_t byte;         // of the code, where the instruction stands or the stretch begins
  uint32_t instruction;  // its index in the program
  uint32_t stretch;      // or kNoStretch
};

struct UntimedPlan {
  std::vector<UntimedStep> steps;
  ArrayPlan array;
};

// Throws DecodeError.
UntimedPlan plan_untimed(const Program& program);

}  // namespace mmasim::isa
