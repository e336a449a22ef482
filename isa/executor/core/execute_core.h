// What instructions do to bytes: pure functions of registers and memory, no time. The only arithmetic a
// hardware model may call. Integers as quantization.md sections 2 and 5.12 define them (arithmetic.h).
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>

#include "isa/instruction.h"
#include "isa/semantics/memory.h"

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

  struct Registers;  // private to isa/semantics
  Registers& registers() { return *registers_; }

 private:
  std::unique_ptr<Registers> registers_;
};

struct OverflowTrap : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Executes a stage.set, mma.* or dsp.* instruction. Anything else is a bug of the caller (std::logic_error).
void execute_core(const Instruction& instruction, CoreState& state, const MemoryView& memory);

// One whole descriptor.
void execute_dma(const DmaCopy& copy, const MemoryView& memory);
void execute_dma(const DmaFill& fill, const MemoryView& memory);

}  // namespace mmasim::isa
