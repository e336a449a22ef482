// How each tensor and node of one network is quantized: the choices of the network with those of every
// override that matches. Made by make_recipe(); make_plan() reads nothing else of what a user asked for.
#pragma once

#include <string>
#include <vector>

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/match.h"
#include "runtime/quantize/spec.h"

namespace mmasim::runtime {

// One choice that is in force, and who made it.
struct ChoiceOrigin {
  std::string subject;  // a node or a network input; empty: the network
  std::string key, value, origin;
};

struct Recipe {
  std::string name;                  // of the preset or file
  std::string precision;             // "int8", "int16", "int32", or "mixed" where operands differ
  std::vector<QuantChoices> inputs;  // one per network input
  std::vector<QuantChoices> nodes;   // one per node: its weights, its output stage, the tensor it makes
  std::vector<ChoiceOrigin> origins;
  std::vector<std::string> warnings;  // e.g. an override that matches nothing
};

// Throws UserError for choices that contradict each other, and for precision "mixed" where all widths are
// equal.
Recipe make_recipe(const Graph& graph, const QuantSpec& spec);

// Bits of the integers of every tensor: what its producer's choices say, or its input's where integers are
// kept.
std::vector<uint32_t> tensor_bits(const Graph& graph, const Recipe& recipe);

MatchSubject subject_of(const Graph& graph, const Node& node);

// Whether the operator gives the very integers it gets, on the grid it gets them.
bool keeps_grid(const Operator& op);

}  // namespace mmasim::runtime
