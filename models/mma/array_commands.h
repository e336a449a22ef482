// What the core sees of the array: it hands commands over in order and may ask when all of them have retired.
#pragma once

#include <cstdint>

#include "isa/instruction.h"
#include "models/kit/systemc.h"

namespace mmasim::models {

struct ArrayCommands : virtual sc_core::sc_interface {
  // Hands over an mma.* or stage.set instruction at the core's cycle `now`; returns the cycle in which the
  // array has taken it: later where its queue was full, and by the core's own cycles of handing over.
  virtual uint64_t issue(const isa::Instruction& instruction, uint64_t now) = 0;
  // Everything issued has ended and its results are in L2.
  virtual uint64_t retired_cycle() const = 0;
  // Waits for that and ends the run; returns the cycle in which the core is free again.
  virtual uint64_t close(uint64_t now) = 0;
  // Applies an instruction to registers, banks and L2. Does nothing in a run without values.
  virtual void compute(const isa::Instruction& instruction) = 0;
};

}  // namespace mmasim::models
