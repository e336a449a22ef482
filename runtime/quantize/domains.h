// Which tensors are reals and which are integers, and the conversions between them: nodes of mode float,
// dynamic and weight_only read and make reals, all others integers; what only moves values takes them as they
// come.
#pragma once

#include <vector>

#include "runtime/quantize/recipe.h"

namespace mmasim::runtime {

bool computes_in_reals(const QuantChoices& choices);

// One per tensor.
std::vector<bool> real_tensors(const Graph& graph, const Recipe& recipe);

// Also where an operator of reals comes in parts. Of a network as it was read: conversions themselves read
// what they do not make.
bool needs_conversions(const Graph& graph, const Recipe& recipe);

// A node per tensor and domain, before the first that needs it: a Clip that bounds nothing, whose input and
// output lie in different domains. A PRelu of reals with a slope per channel becomes max(x, 0) + slope *
// min(x, 0), as nodes. Ranges gain those of the tensors they make (null: there are none).
void insert_conversions(Graph& graph, Recipe& recipe, Ranges* ranges);

}  // namespace mmasim::runtime
