// Transforms: rewrites of a whole network before it is quantized, named and listed, that a recipe applies in
// the order it names them. Each returns a new network; the one it is given stays as it is. They choose no
// grid. What every network undergoes, whatever the recipe, is legalize.h.
#pragma once

#include <string>
#include <vector>

#include "runtime/choice.h"
#include "runtime/graph/graph.h"

namespace mmasim::runtime {

struct Transformed {
  Graph graph;
  std::vector<std::string> notes;  // a sentence for each thing done or left out
};

struct TransformInfo {
  const char* name;
  const char* sentence;
  bool keeps_values;       // the float network computes the same, but for roundings of binary32
  bool changes_structure;  // nodes or shapes, and which of them depends on weights
  std::vector<ChoiceParameter> parameters;
  Transformed (*apply)(const Graph& graph, const ChoiceValues& values);
};

const std::vector<TransformInfo>& transforms();

// Throws UserError naming a transform, a parameter or a value that is not allowed.
void check_transform(const Choice& choice);
// Weights without values are left alone: nothing is known of them. Throws std::logic_error if what comes out
// does not pass verify().
Transformed transform(const Graph& graph, const Choice& choice);

}  // namespace mmasim::runtime
