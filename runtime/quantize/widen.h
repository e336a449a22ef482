// Where weights are wider than the tensor they meet, the tensor is widened first, unless the array takes such
// weights byte by byte: its operands have one width. Adds the nodes that do so; plans nothing.
#pragma once

#include <optional>

#include "runtime/quantize/recipe.h"

namespace mmasim::runtime {

// Whether the array multiplies weights of 16 bits with an input of 8, byte by byte: then nothing is widened.
bool takes_bytes_of_weights(const Node& node, const QuantChoices& choices, uint32_t input_bits);
// The operators of which it can.
bool is_dense_product(const Operator& op);

bool needs_widening(const Graph& graph, const Recipe& recipe);

// A node per tensor and width, before the first that needs it, and the tensors they make; ranges gain theirs
// (null: there are none). What follows keeps its order.
void insert_widening(Graph& graph, Recipe& recipe, Ranges* ranges);

}  // namespace mmasim::runtime
