// Automatic mixed precision (quantization.md 4.8): which layers get 16 bits while the network takes no more
// than so many times the cycles it takes in 8. Gains are measured in float, cycles are the simulator's.
#pragma once

#include <string>
#include <vector>

#include "runtime/calibrate/ranges.h"
#include "runtime/calibrate/samples.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/spec.h"
#include "sim/config/configuration.h"

namespace mmasim::sim {

struct MixedChoice {
  std::vector<std::string> layers;  // by gain per cycle
  std::string note;                 // what was chosen and what it costs, one line
};

// ranges: of the graph, as the spec calibrates. The spec asks for it (chooses_wide_layers). Takes the
// SystemC kernel of the process. Throws runtime::UserError for a quantization whose layers have several
// widths or kinds of numbers already.
MixedChoice choose_wide_layers(const runtime::Graph& graph, const runtime::Ranges& ranges,
                               const runtime::Samples& samples, const Configuration& config,
                               const runtime::QuantSpec& spec, unsigned threads);

}  // namespace mmasim::sim
