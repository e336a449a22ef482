// What a quantization makes of a network before it is planned: the transforms and bias corrections it names,
// in order, and ranges by its own calibrators. Plans for corrections alone; lowers and executes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "sim/experiment/groundwork.h"
#include "sim/experiment/quantization.h"
#include "sim/experiment/request.h"
#include "sim/inputs/calibration.h"

namespace mmasim::sim {

struct Adapted {
  LoadedNetwork network;                   // of the graph that is to be planned
  std::optional<Calibration> calibration;  // of that graph; none: timing only
  runtime::Graph float_graph;              // the same with the biases it had before their corrections
  std::vector<std::string> notes;          // what transforms did, a line each
};

// Whether the network as it was prepared, with its lowest and highest values, is not what is to be planned.
bool needs_adaptation(const Quantization& quantization);

// Throws runtime::UserError, among others for a transform that asks for weights where there are none.
Adapted adapt(const Request& request, const Quantization& quantization, const PreparedNetwork& prepared);

// The same in place, where that is asked for; its notes go to the user.
void adapt_prepared(const Request& request, PreparedNetwork& prepared, Progress& progress);

}  // namespace mmasim::sim
