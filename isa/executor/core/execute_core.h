// One instruction at host speed: the same bytes, registers and counts as isa/semantics defines. The only
// arithmetic a hardware model may call. No time.
#pragma once

#include <cstdint>
#include <memory>

#include "isa/instruction.h"
#include "isa/semantics/memory.h"
#include "isa/semantics/output_stage.h"

namespace mmasim::isa {

// Architectural state of the core's units: configuration registers, B and C banks, the range register, and
// the count of accumulator overflows (a sum, after bias, that leaves the accumulator's range, once per
// element and transfer; with Overflow::trap an OverflowTrap is thrown instead).
class CoreState {
 public:
  explicit CoreState(const Machine& machine);
  ~CoreState();
  CoreState(CoreState&&) noexcept;
  CoreState& operator=(CoreState&&) noexcept;

  uint64_t overflow_count() const;

  struct Registers;  // private to isa/executor
  Registers& registers() { return *registers_; }

 private:
  std::unique_ptr<Registers> registers_;
};

// Executes a stage.set, mma.* or dsp.* instruction. Anything else is a bug of the caller (std::logic_error).
void execute_core(const Instruction& instruction, CoreState& state, const MemoryView& memory);

// One whole descriptor.
void execute_dma(const DmaCopy& copy, const MemoryView& memory);
void execute_dma(const DmaFill& fill, const MemoryView& memory);

}  // namespace mmasim::isa
