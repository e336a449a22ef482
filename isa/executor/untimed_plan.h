// A program as the untimed machine goes through it: fused runs of array instructions, and all other
// instructions, which are few and are decoded when they run. Planned a part at a time, so that the first part
// can run before the last is planned.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/executor/array_plan.h"
#include "isa/program.h"

namespace mmasim::isa {

struct UntimedStep {
  static constexpr uint32_t kNotFused = ~0u;

  uint64_t byte;         // offset in the code of the instruction, or of the fused run's first
  uint32_t instruction;  // its index in the program
  uint32_t fused_run;    // index in the part's plan, or kNotFused
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
  UntimedPlan next(size_t least_bytes);  // plans so much code, or what is left; throws DecodeError

 private:
  struct Place {
    uint64_t byte = 0;
    uint32_t instruction = 0;
  };

  template <class T>
  void take(const T& instruction);
  void end_fused_run();
  void add(Place place, uint32_t fused_run) {
    plan_.steps.push_back({place.byte, place.instruction, fused_run});
  }

  const std::vector<uint8_t>& code_;
  ArrayPlanner planner_;
  UntimedPlan plan_;
  size_t offset_ = 0;
  Place here_, begin_;  // places of the current instruction and of the open run's first
  bool is_open_ = false, has_ended_ = false;
  uint32_t num_fused_runs_ = 0;  // runs in the part
};

}  // namespace mmasim::isa
