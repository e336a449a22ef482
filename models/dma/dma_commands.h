// What the core sees of the DMA engine: it posts entries to channel queues, and asks when it must wait.
#pragma once

#include <cstdint>
#include <variant>

#include "isa/instruction.h"
#include "models/kit/token_board.h"

namespace mmasim::models {

using DmaEntry = std::variant<isa::DmaWait, isa::DmaCopy, isa::DmaFill>;

struct DmaCommands : virtual sc_core::sc_interface {
  virtual bool full(uint32_t channel) const = 0;
  virtual void post(const DmaEntry& entry) = 0;  // of the instruction the core is at; not when full
  virtual bool idle() const = 0;                 // every queue empty, every byte written
  virtual const sc_core::sc_event& progressed() const = 0;  // a queue has room again, or the engine is idle
  virtual const SignalOrigin& last_completion() const = 0;
};

}  // namespace mmasim::models
