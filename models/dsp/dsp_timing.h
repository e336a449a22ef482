// The vector core's time: what a dsp.* instruction costs, as a pure function of its fields. No SystemC, no
// values.
//
//   cycles = start + ceil(vectors * cycles per vector) + for each operand in L3 or DDR: latency + ceil(bytes
//   / fill rate)
//
// A vector holds vector_bytes / (bytes of the widest element; of the source element where windows are) lanes.
// Positions that follow one another without a gap share vectors; otherwise every position begins a new one.
// Operands in L2 stream beside the arithmetic. Operands in L3 or DDR are listed too: the core
// (dsp_outside.cpp) sees to it that no instruction is faster than those memories serve it.
#pragma once

#include <array>
#include <cstdint>

#include "isa/instruction.h"
#include "isa/machine.h"
#include "models/dsp/dsp_config.h"
#include "models/kit/activity.h"

namespace mmasim::models {

// An operand in L3 or DDR.
struct OutsideOperand {
  isa::Address address;
  uint64_t bytes = 0;
  bool is_write = false;
};

constexpr uint32_t kFloatWidth = isa::kNumWidths;  // index of operations on binary32 numbers

struct DspCost {
  uint64_t cycles = 0;
  uint64_t operations = 0;   // element operations: elements of the result, times cells of the window
  uint32_t width_index = 0;  // of LayerActivity::dsp_operations
  Traffic l1;                // vectors between the core and its L1
  Traffic l2, l3, ddr;       // operands, each byte once
  std::array<OutsideOperand, 4> outside;
  uint32_t outside_count = 0;
};

// The cost of a dsp.* instruction; `stage_out` is the element of the DSP's output stage. Anything else is a
// bug of the caller (std::logic_error).
DspCost dsp_cost(const isa::Instruction& instruction, isa::Element stage_out, const DspConfig& config,
                 const isa::Machine& machine);

}  // namespace mmasim::models
