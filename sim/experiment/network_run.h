// A request for a network: prepare, plan and lower, execute, report. perform.h is the entrance.
#pragma once

#include "sim/experiment/perform.h"

namespace mmasim::sim {

Outcome perform_network(const Request& request, Progress& progress, RunObserver& observer,
                        const Groundwork& groundwork);

}  // namespace mmasim::sim
