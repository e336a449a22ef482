// Drops from a graph what its outputs do not need, and numbers the rest anew.
#pragma once

#include "runtime/graph/graph.h"

namespace mmasim::runtime::importing {

// Nodes keep their order; an input that nothing reads is dropped too.
void prune(Graph& graph);

}  // namespace mmasim::runtime::importing
