// A request for a compiled program: load and check it, quantize inputs, execute, report. perform.h is the
// entrance.
#pragma once

#include "sim/experiment/perform.h"

namespace mmasim::sim {

Outcome perform_program(const Request& request, Progress& progress, RunObserver& observer,
                        const Groundwork& groundwork);

}  // namespace mmasim::sim
