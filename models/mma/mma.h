// The matrix array: takes the core's commands, asks the pipeline when they run (mma_timing.h) and tells what
// they do. Reaches L2 by direct memory interface over its socket; tells L2's banks what its two operand
// streams and its store take of them (hardware.md 2: a streaming engine each).
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include "isa/executor/core/execute_core.h"
#include "isa/machine.h"
#include "models/kit/probe.h"
#include "models/memory/stream_banks.h"
#include "models/mma/array_commands.h"
#include "models/mma/mma_config.h"
#include "models/mma/mma_timing.h"

namespace mmasim::models {

class Mma : public sc_core::sc_module, public ArrayCommands {
 public:
  tlm_utils::simple_initiator_socket<Mma> l2{"l2"};

  // `hand_over_cycles`: the core's, for a command. `state` is null in a run without values.
  Mma(sc_core::sc_module_name name, const MmaConfig& config, const isa::Machine& machine,
      uint32_t hand_over_cycles, Probe& probe, StreamBanks& l2_banks, isa::CoreState* state);

  uint64_t issue(const isa::Instruction& instruction, uint64_t now) override;
  uint64_t retired_cycle() const override { return pipeline_.retired_cycle(); }
  uint64_t close(uint64_t now) override;
  void compute(const isa::Instruction& instruction) override;

 private:
  void start_of_simulation() override;
  void configure(const isa::MmaConfig& config);
  void configure(const isa::StageSet& stage);
  void lose(uint64_t cycles, uint64_t now);
  MmaPipeline::Occupied run(const isa::MmaLoadB& load, Event& event);
  MmaPipeline::Occupied run(const isa::MmaStream& stream, Event& event);
  MmaPipeline::Occupied run(const isa::MmaTransfer& transfer, Event& event);
  MmaPipeline::Occupied run(const isa::MmaRange& range, Event& event);

  const MmaConfig config_;
  const isa::Machine machine_;
  const uint32_t hand_over_cycles_;
  Probe& probe_;
  StreamBanks& l2_banks_;
  isa::CoreState* state_;
  isa::MemoryView memory_;
  MmaPipeline pipeline_;
  uint32_t operand_bytes_ = 1;
  uint32_t result_bytes_ = 1;  // of an element that the output stage writes
};

}  // namespace mmasim::models
