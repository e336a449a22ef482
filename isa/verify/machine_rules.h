// Which machines there can be: bounds on every field, so that executors may size their state by them.
#pragma once

#include "isa/machine.h"

namespace mmasim::isa {

// Throws Violation.
void check_machine(const Machine& machine);

}  // namespace mmasim::isa
