// Executes the fused runs of an ArrayPlan: all rows of products with the same panels together, in chunks that
// threads share. Gives the same bytes, registers and counts as the instructions one after another.
#pragma once

#include <memory>
#include <vector>

#include "isa/executor/array_plan.h"
#include "isa/executor/core/registers.h"
#include "isa/executor/scoreboard.h"

namespace mmasim::isa {

class ArrayRunner {
 public:
  // `workers`: one per thread of the scoreboard; they collect the counts. All must outlive the runner.
  ArrayRunner(const Machine& machine, Scoreboard& scoreboard, std::vector<Worker>& workers);
  ~ArrayRunner();

  void restart();  // before a program begins

  // Issues a run of the plan if the registers allow it to be fused now. Returns whether it did.
  bool issue(const ArrayPlan& plan, const FusedRun& fused_run, CoreState::Registers& registers,
             const MemoryView& memory);

  // Executes an instruction that is not fused. The caller has drained the scoreboard before the latter two.
  void execute(const MmaLoadB& load, const CoreState::Registers& registers);
  void execute(const MmaStream& stream, CoreState::Registers& registers, const MemoryView& memory);
  void execute(const MmaTransfer& transfer, CoreState::Registers& registers, const MemoryView& memory);

  // Must be called before any other task that writes these bytes is issued, unless no load is deferred.
  void before_writing(const IntervalSet& written, CoreState::Registers& registers, const MemoryView& memory);
  bool has_deferred() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mmasim::isa
