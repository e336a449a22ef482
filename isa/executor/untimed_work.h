// What the untimed machine's units do, as work on a scoreboard: descriptors, DSP instructions and stretches
// of array instructions, each with its footprint. Knows neither tokens nor queues. With one thread, work is
// done where it stands.
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

class UntimedWork {
 public:
  // Both must outlive it.
  UntimedWork(const Program& program, Scoreboard& scoreboard);

  void restart(const MemoryView& memory);  // as new; the memory must outlive the run
  void finish();                           // all has ended; throws what failed
  void abandon();                          // all has ended
  uint64_t overflow_count() const { return state_.overflow_count(); }  // of what has been finished

  // Of a channel; `byte` is the descriptor's place in the code.
  void take(const DmaCopy& copy, size_t byte);
  void take(const DmaFill& fill, size_t byte);
  void end_batch();  // what is taken next may wait for something else

  // Of the core.
  void take(const ArrayPlan& plan, const ArrayStretch& stretch);
  void take(const MmaRange& range);
  void take(const MmaLoadB& load) { array_.execute(load, registers()); }
  void take(const MmaStream& stream) { take_alone(stream); }
  void take(const MmaTransfer& transfer) { take_alone(transfer); }
  template <class CoreInstruction>
  void take(const CoreInstruction& i) {  // what sets registers, and what the DSP does
    if constexpr (kRunsOnDsp<CoreInstruction>)
      take_dsp(i);
    else
      execute_core(i, state_, *memory_);
  }

 private:
  // Descriptors between two waits of a channel, by their places in the code: mostly those of one tile, which
  // wait for the same. They are too short to go each by itself.
  struct DmaBatch {
    std::vector<size_t> bytes;
    Footprint footprint;
  };

  CoreState::Registers& registers() { return state_.registers(); }
  bool is_alone() const { return workers_.size() == 1; }
  template <class FootprintOf>
  void before_doing(const FootprintOf& footprint);
  void issue(const Footprint& footprint, size_t pieces, Scoreboard::Work work);
  template <class Dsp>
  void take_dsp(const Dsp& i);
  template <class Dsp>
  std::vector<Dsp> pieces_of(const Dsp& i);
  template <class ArrayInstruction>
  void take_alone(const ArrayInstruction& i);
  template <class Descriptor>
  void do_now(const Descriptor& descriptor);
  template <class Descriptor>
  void add_to_batch(const Descriptor& descriptor, size_t byte);

  const std::vector<uint8_t>& code_;
  CoreState state_;
  Scoreboard& scoreboard_;
  std::vector<Worker> workers_;  // one a thread
  ArrayRunner array_;
  DmaBatch batch_;
  const MemoryView* memory_ = nullptr;
};

}  // namespace mmasim::isa
