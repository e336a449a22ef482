// Which machines there can be: bounds on every field, so that executors may size their state by them.
#pragma once

#include "isa/machine.h"

namespace mmasim::isa {

// Inclusive. Of every field: for executors, for programs and for configurations alike.
struct MachineBound {
  const char* field;
  uint64_t smallest, largest;
};
const MachineBound& machine_bound(const char* field);  // std::logic_error for a name that is no field

// Throws Violation.
void check_machine(const Machine& machine);

}  // namespace mmasim::isa
