// What a quantization of a network costs, by the simulator: timing alone, so weights and ranges play no part.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "runtime/graph/graph.h"
#include "runtime/quantize/spec.h"
#include "sim/experiment/request.h"

namespace mmasim::sim {

struct LayerCycles {
  uint64_t total = 0;
  std::map<std::string, uint64_t> layers;  // by name
};

// Neither corrections nor a budget of the spec are looked at.
LayerCycles simulate_cycles(const runtime::Graph& graph, const Configuration& config,
                            const runtime::QuantSpec& spec);

}  // namespace mmasim::sim
