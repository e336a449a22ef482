// Executes planned stretches of array instructions (array_plan.h): all rows of products with the same panels
// together, in pieces that threads share. Gives the same bytes, registers and counts as the instructions one
// after another.
#pragma once

#include <memory>
#include <vector>

#include "isa/executor/array_plan.h"
#include "isa/executor/core/registers.h"
#include "isa/executor/scoreboard.h"

namespace mmasim::isa {

class ArrayRunner {
 public:
  // `workers`: one a thread of the scoreboard, where what is counted collects. All must outlive the runner.
  ArrayRunner(const Machine& machine, Scoreboard& scoreboard, std::vector<Worker>& workers);
  ~ArrayRunner();

  void restart();  // before a program begins

  // Issues a stretch of the plan if it can run as a whole with what the registers are now, and says so.
  bool issue(const ArrayPlan& plan, const ArrayStretch& stretch, CoreState::Registers& registers,
             const MemoryView& memory);

  // One instruction, outside a stretch. The caller has drained the scoreboard before the latter two.
  void execute(const MmaLoadB& load, const CoreState::Registers& registers);
  void execute(const MmaStream& stream, CoreState::Registers& registers, const MemoryView& memory);
  void execute(const MmaTransfer& transfer, CoreState::Registers& registers, const MemoryView& memory);

  // To be called before anything else that writes these bytes is issued, unless nothing is put off.
  void before_writing(const ReachList& written, CoreState::Registers& registers, const MemoryView& memory);
  bool has_put_off() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mmasim::isa
