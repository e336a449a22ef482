// Whether a plan that a user may have edited can be executed: sizes of tables, bounds and grids against the
// network. Does not judge whether its numbers are good.
#pragma once

#include <string>

#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

// Throws UserError "PATH: node 'x': what was seen; what is allowed".
void check_plan(const Graph& graph, const QuantPlan& plan, const std::string& path);

}  // namespace mmasim::runtime
