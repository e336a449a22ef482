// Tensors that share a step because an operator merges them: one range for all, pushed back into whatever
// makes them.
#pragma once

#include <vector>

#include "runtime/quantize/recipe.h"

namespace mmasim::runtime::quantization {

// Widens the ranges of the operands of every Add, Sub and Concat whose choices say so to their union, and
// those of the tensors that lie on the same grid. Returns the tensors that must be signed because one of
// theirs is.
std::vector<bool> merge_operands(const Graph& graph, const Recipe& recipe, Ranges& ranges);

}  // namespace mmasim::runtime::quantization
