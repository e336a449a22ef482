// A plan as files: PLAN.yaml, which holds every number but the weights and may be edited by hand, and
// PLAN.npz beside it with the weights. Read back it gives the same program. A summary for people is to_yaml()
// (quantization.yaml).
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

// path ends in .yaml or .yml; the plan has values. Throws UserError if a file cannot be written.
void save_plan(const Graph& graph, const QuantPlan& plan, const std::string& path);

// The same two files as texts; whether they could be written is the streams' to say. Throws UserError,
// beginning with `path`, for a plan that cannot be a file, and before anything is written.
void write_plan(const Graph& graph, const QuantPlan& plan, const std::string& path, std::ostream& out);
void write_plan_weights(const QuantPlan& plan, const std::string& archive, std::ostream& out);

struct LoadedPlan {
  Graph graph;  // the network's, with the nodes that widen operands where the plan has such
  QuantPlan plan;
};

// Throws UserError, "FILE:LINE:COLUMN: text", for what is no plan of this network or could not be executed.
LoadedPlan load_plan(const Graph& graph, const std::string& path);

// What a plan file begins with; nothing if the file is no plan.
struct PlanHead {
  std::string name, precision;
};
std::optional<PlanHead> read_plan_head(const std::string& path);

}  // namespace mmasim::runtime
