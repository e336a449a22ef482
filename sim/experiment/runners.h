// Performs several requests in child processes, as a process has one SystemC kernel: each takes one after the
// other. What requests share is prepared here, once.
#pragma once

#include <functional>
#include <vector>

#include "sim/experiment/perform.h"

namespace mmasim::sim {

// Called as each ends, in no order: the request's index and its outcome.
using OutcomeVisitor = std::function<void(size_t index, const Outcome& outcome)>;

// At most `parallel` at once; outcomes in the order of the requests. What a request's perform() throws is
// thrown here, of the first in order that failed. Must be called while this process has no other threads.
std::vector<Outcome> perform_in_children(const std::vector<Request>& requests, unsigned parallel,
                                         Progress& progress, const OutcomeVisitor& visitor = {});

}  // namespace mmasim::sim
