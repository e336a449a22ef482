// The core: fetches the program's one stream of instructions in order. Runs dsp.* itself, hands mma.* to the
// array and dma.* to the channels. Its own time runs ahead of the kernel's and meets it where the rest of the
// SoC can tell the difference: at sync, dma and ctl instructions.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <string>

#include "isa/executor/core/execute_core.h"
#include "isa/program.h"
#include "models/dma/dma_commands.h"
#include "models/dsp/dsp_config.h"
#include "models/dsp/dsp_timing.h"
#include "models/dsp/overhead_config.h"
#include "models/dsp/retire_queue.h"
#include "models/kit/bench.h"
#include "models/memory/stream_banks.h"
#include "models/mma/array_commands.h"

namespace mmasim::models {

struct CoreConfig {
  DspConfig dsp;
  OverheadConfig overhead;
  uint32_t dma_issue_cycles;
};

class Dsp : public sc_core::sc_module {
 public:
  using LayerBegins = std::function<void(uint32_t layer)>;

  tlm_utils::simple_initiator_socket<Dsp> memory{"memory"};
  sc_core::sc_port<ArrayCommands> array{"array"};
  sc_core::sc_port<DmaCommands> dma{"dma"};

  // `state` is null in a run without values.
  Dsp(sc_core::sc_module_name name, const CoreConfig& config, const isa::Program& program, const Bench& bench,
      StreamBanks& l2_banks, isa::CoreState* state, LayerBegins layer_begins);

  bool ended() const { return ended_; }
  uint64_t end_cycle() const { return time_; }
  std::string waiting_for() const;  // "the core waits at instruction 17 for token 3 count 1 (it is 0)"

 private:
  void start_of_simulation() override;
  void fetch();   // process
  void retire();  // process

  void execute(const isa::Instruction& instruction);
  void run(const isa::CtlLayer& layer);
  void run(const isa::SyncWait& sync);
  void run(const isa::SyncSignal& signal);
  void end();
  void hand_to_dma(const DmaEntry& entry, uint32_t channel);
  void hand_to_array(const isa::Instruction& instruction);
  void set_registers(const isa::Instruction& instruction);
  void run_vectors(const isa::Instruction& instruction);
  void tell(const DspCost& cost);
  void book_l2(const DspCost& cost);
  void lose_to_dma();
  void reach_outside(const DspCost& cost, uint64_t begin);
  void access_outside(const OutsideOperand& operand, uint64_t offset, uint64_t bytes);
  void compute(const isa::Instruction& instruction);

  void issue(uint64_t cycles);
  void spend(Kind kind, uint64_t cycles, Cause cause = Cause::none);
  void close_array();
  void meet_kernel();  // waits until the kernel's time is the core's
  uint64_t setup_cycles(isa::Setup setup) const;

  const CoreConfig config_;
  const isa::Program& program_;
  const Clock clock_;
  TokenBoard& tokens_;
  Probe& probe_;
  StreamBanks& l2_banks_;
  Failure& failure_;
  isa::CoreState* state_;
  const LayerBegins layer_begins_;
  isa::MemoryView memory_view_;
  RetireQueue retire_queue_;
  uint64_t time_ = 0;  // the core's cycle, never behind the kernel's
  uint64_t instruction_index_ = 0;
  isa::Element array_a_ = isa::Element::s8, array_b_ = isa::Element::s8;
  isa::Element stage_out_ = isa::Element::s8;  // of the core's own output stage
  std::string waiting_;
  bool ended_ = false;
};

}  // namespace mmasim::models
