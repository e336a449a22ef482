// Executes planned stretches of array instructions (array_plan.h): all rows of products with the same panels
// together, split among the threads of a team. Gives the same bytes, registers and counts as the instructions
// one after another.
#pragma once

#include "isa/semantics/array_plan.h"
#include "isa/semantics/registers.h"
#include "isa/semantics/team.h"

namespace mmasim::isa {

class ArrayRunner {
 public:
  // `team` may be null. All must outlive the runner.
  ArrayRunner(const InstructionList& instructions, const Machine& machine, Team* team);
  ~ArrayRunner();

  void restart();  // before a program begins

  // Executes the stretch that begins at `instruction`, if there is one that can run as a whole. Returns the
  // instruction to go on with.
  size_t execute(size_t instruction, CoreState::Registers& registers, const MemoryView& memory);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mmasim::isa
