// A program as the untimed machine goes through it: stretches of array instructions that run as a whole, and
// all other instructions, which are few and decoded when they run. Planned a part at a time, so that the
// first can run before the last is planned.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/executor/array_plan.h"
#include "isa/program.h"

namespace mmasim::isa {

struct UntimedStep {
  static constexpr uint32_t kNoStretch = ~0u;

  uint64_t byte;         // of the code, where the instruction stands or the stretch begins
  uint32_t instruction;  // its index in the program
  uint32_t stretch;      // or kNoStretch
};

// A part of a program.
struct UntimedPlan {
  std::vector<UntimedStep> steps;
  ArrayPlan array;
};

class UntimedPlanner {
 public:
  explicit UntimedPlanner(const Program& program)  // which must outlive it
      : code_(program.code), planner_(program.machine) {}

  bool has_more() const { return offset_ < code_.size() && !has_ended_; }
  UntimedPlan next(size_t least_bytes);  // of code, or what is left; throws DecodeError

 private:
  struct Place {
    uint64_t byte = 0;
    uint32_t instruction = 0;
  };

  template <class T>
  void take(const T& instruction);
  void end_stretch();
  void add(Place place, uint32_t stretch) { plan_.steps.push_back({place.byte, place.instruction, stretch}); }

  const std::vector<uint8_t>& code_;
  ArrayPlanner planner_;
  UntimedPlan plan_;
  size_t offset_ = 0;
  Place here_, begin_;  // of the instruction at hand, and of the first in the open stretch
  bool is_open_ = false, has_ended_ = false;
  uint32_t num_stretches_ = 0;  // of the part
};

}  // namespace mmasim::isa
