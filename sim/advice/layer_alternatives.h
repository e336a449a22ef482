// What `mmasim advise` tries of single layers: one of them at another width or in float32 where the rest of
// the network stays as it is, and the network without its end. Every alternative is a request; performs none.
#pragma once

#include <vector>

#include "runtime/graph/graph.h"
#include "sim/advice/alternatives.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

// Of the layers that multiply: those that take longest, the first and the last. graph: of the base's network
// as it was loaded; report: of its timed run.
std::vector<Alternative> layer_alternatives_of(const Request& base, const runtime::Graph& graph,
                                               const RunReport& report);

}  // namespace mmasim::sim
