// Where weights are wider than the tensor they meet, the tensor is widened first: the array takes operands of
// one width. Adds the nodes that do so; plans nothing.
#pragma once

#include <optional>

#include "runtime/quantize/recipe.h"

namespace mmasim::runtime {

bool needs_widening(const Graph& graph, const Recipe& recipe);

// A node per tensor and width, before the first that needs it, and the tensors they make; ranges gain theirs
// (null: there are none). What follows keeps its order.
void insert_widening(Graph& graph, Recipe& recipe, Ranges* ranges);

}  // namespace mmasim::runtime
