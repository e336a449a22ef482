// The output stage that mma.transfer, dsp.depthwise and dsp.requantize pass accumulators through, as
// stage.set sets it.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "isa/arithmetic.h"
#include "isa/semantics/memory.h"
#include "isa/semantics/registers.h"

namespace mmasim::isa {

struct OverflowTrap : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The true sum plus bias, brought into the accumulator's range. If it is outside, the overflow is counted and
// the sum wraps to its low bits or saturates; or OverflowTrap is thrown.
Wide settled(Wide sum, Wide bias, Element accumulator, Overflow policy, uint64_t& overflow_count);

namespace semantics {

// One accumulator of a lane of the stage's tables, through the stage, to the element at dst.
void pass_through_stage(const StageSet& stage, Element accumulator, Wide sum, uint64_t lane, uint8_t* dst,
                        Registers& registers, const MemoryView& memory);

}  // namespace semantics
}  // namespace mmasim::isa
