// Graph, recipe and ranges -> QuantPlan: chooses every integer.
#pragma once

#include <string>
#include <vector>

#include "runtime/calibrate/ranges.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

QuantPlan make_plan(const Graph& graph, const Recipe& recipe, const Ranges& ranges);
// The same, and takes each layer's float weights out of the graph once it is planned, so that memory does not
// hold all of them beside their integers.
QuantPlan make_plan_consuming_weights(Graph& graph, const Recipe& recipe, const Ranges& ranges);
QuantPlan make_plan_structure(const Graph& graph, const Recipe& recipe);  // no values

std::string to_yaml(const Graph& graph, const QuantPlan& plan);  // quantization.yaml

}  // namespace mmasim::runtime
