// Quantized graph -> Program. Structure depends on graph, preset, precision and machine alone; values fill
// fields.
#pragma once

#include <vector>

#include "isa/program.h"
#include "runtime/graph/graph.h"
#include "runtime/lower/memory_map.h"
#include "runtime/lower/schedule/lower_options.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

struct Lowered {
  isa::Program program;
  std::vector<Fallback> fallbacks;  // work that runs elsewhere than its operator's usual unit
  std::vector<MemoryBlock> memory;
  std::vector<std::vector<uint32_t>> producers;  // one per layer: the layers whose results it reads
};

// Throws UserError if the network cannot run on the machine (naming the node and what does not fit).
Lowered lower(const Graph& graph, const QuantPlan& plan, const isa::Machine& machine,
              const LowerOptions& options);

}  // namespace mmasim::runtime
