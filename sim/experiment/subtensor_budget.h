// How many depthwise layers the transform subtensor may split within a budget of time (quantization.md 4.12):
// the simulator counts what they cost and what the network costs in float32. The transform splits.
#pragma once

#include <string>

#include "runtime/choice.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/spec.h"
#include "sim/experiment/request.h"

namespace mmasim::sim {

struct WithinTime {
  runtime::Choice choice;  // with `layers` set
  std::string note;        // empty where no budget is asked for
};

// choice: of any transform; others than subtensor, and one without `time`, come back as they are.
WithinTime within_time(const runtime::Graph& graph, const runtime::Choice& choice,
                       const Configuration& config, const runtime::QuantSpec& spec);

}  // namespace mmasim::sim
