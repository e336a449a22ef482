// Turns what the units of the untimed machine do into tasks on a scoreboard, each with its footprint: DMA
// descriptors, DSP instructions and fused runs of array instructions. Knows neither tokens nor queues. With
// one thread every task is performed at issue.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/executor/array_run.h"
#include "isa/executor/core/dsp.h"
#include "isa/executor/core/registers.h"
#include "isa/executor/footprint.h"
#include "isa/executor/scoreboard.h"
#include "isa/program.h"

namespace mmasim::isa {

class TaskIssuer {
 public:
  // Both must outlive it.
  TaskIssuer(const Program& program, Scoreboard& scoreboard);

  void restart(const MemoryView& memory);  // to the state after construction; the memory must outlive the run
  void finish();                           // waits for all tasks; throws the first failure
  void abandon();                          // waits for all tasks
  uint64_t overflow_count() const { return state_.overflow_count(); }  // of finished tasks

  // A channel's descriptor; `byte` is the descriptor's place in the code.
  void issue(const DmaCopy& copy, size_t byte);
  void issue(const DmaFill& fill, size_t byte);
  void end_batch();  // the next descriptor may wait for another token

  // The core's instructions.
  void issue(const ArrayPlan& plan, const FusedRun& fused_run);
  void issue(const MmaRange& range);
  void issue(const MmaLoadB& load) { array_.execute(load, registers()); }
  void issue(const MmaStream& stream) { issue_alone(stream); }
  void issue(const MmaTransfer& transfer) { issue_alone(transfer); }
  template <class CoreInstruction>
  void issue(const CoreInstruction& i) {  // instructions that set registers, and the DSP's
    if constexpr (kRunsOnDsp<CoreInstruction>)
      issue_dsp(i);
    else
      execute_core(i, state_, *memory_);
  }

 private:
  // The descriptors between two waits of a channel, by their places in the code: mostly those of one tile.
  // Each is too short for a task of its own.
  struct DmaBatch {
    std::vector<size_t> bytes;
    Footprint footprint;
  };

  CoreState::Registers& registers() { return state_.registers(); }
  bool is_alone() const { return workers_.size() == 1; }
  template <class FootprintOf>
  void before_executing(const FootprintOf& footprint);
  void put_on_scoreboard(const Footprint& footprint, size_t parts, Scoreboard::Task task);
  template <class Dsp>
  void issue_dsp(const Dsp& i);
  template <class Dsp>
  std::vector<Dsp> parts_of(const Dsp& i);
  template <class ArrayInstruction>
  void issue_alone(const ArrayInstruction& i);
  template <class Descriptor>
  void execute_now(const Descriptor& descriptor);
  template <class Descriptor>
  void add_to_batch(const Descriptor& descriptor, size_t byte);

  const std::vector<uint8_t>& code_;
  CoreState state_;
  Scoreboard& scoreboard_;
  std::vector<Worker> workers_;  // per thread
  ArrayRunner array_;
  DmaBatch batch_;
  const MemoryView* memory_ = nullptr;
};

}  // namespace mmasim::isa
