// What a quantization makes of a network before it is planned: the transforms and bias corrections it names,
// in order, ranges by its own calibrators, and the layers that get more bits. Plans for corrections alone.
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
  Quantization quantization;               // as asked for, with the layers of 16 bits that were chosen
  std::vector<std::string> notes;          // what transforms and the choice of layers did, a line each
};

// Whether the network as it was prepared, with its lowest and highest values, is not what is to be planned.
bool needs_adaptation(const Quantization& quantization);

// Throws runtime::UserError, among others for a transform that asks for weights where there are none.
// config: what cycles are counted on, where layers of 16 bits are to be chosen.
Adapted adapt(const Request& request, const Quantization& quantization, const PreparedNetwork& prepared,
              const Configuration& config);

// The same in place, where that is asked for; its notes go to the user. Gives what is to be planned.
Quantization adapt_prepared(const Request& request, PreparedNetwork& prepared, const Configuration& config,
                            Progress& progress);

}  // namespace mmasim::sim
