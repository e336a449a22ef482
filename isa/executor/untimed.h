// Runs a program without time: the core and the DMA channels take turns, in a fixed order, each as far as
// tokens let it. Gives the same bytes as any timed execution of a correct program.
#pragma once

#include <memory>

#include "isa/executor/core/execute_core.h"
#include "isa/executor/scoreboard.h"
#include "isa/program.h"
#include "isa/semantics/program_run.h"

namespace mmasim::isa {

// Plans once, in parts when a run first reaches them, and runs many times (evaluate streams thousands of
// samples through one program).
class UntimedMachine {
 public:
  static constexpr size_t kPartBytes = 64 * 1024;  // of code: some hundred microseconds of execution

  // The program must outlive it and have passed verify_program(). More threads make the same bytes sooner.
  explicit UntimedMachine(const Program& program, unsigned threads = 1, size_t part_bytes = kPartBytes);
  UntimedMachine(const Program& program, Scoreboard& scoreboard);  // on its threads, which must outlive it
  ~UntimedMachine();
  void run(const MemoryView& memory, const TokenWatcher& watcher = {});  // throws Deadlock
  uint64_t overflow_count() const;                                       // of the last run

 private:
  struct Impl;
  std::unique_ptr<Scoreboard> scoreboard_;  // none: the caller's
  std::unique_ptr<Impl> impl_;
};

}  // namespace mmasim::isa
