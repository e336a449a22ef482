// Quantized graph -> Program. Structure depends on graph, preset, precision and machine alone; values fill
// fields.
#pragma once

#include <string>
#include <vector>

#include "isa/program.h"
#include "runtime/graph/graph.h"
#include "runtime/lower/schedule_config.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

// What lowering may assume of time when it chooses between legal schedules: estimates, never promises. From
// the configuration; a program stays correct on a machine where they are wrong.
struct CostModel {
  double ddr_bytes_per_cycle = 12.0;
  double l3_bytes_per_cycle = 64.0;
  uint32_t dma_start_cycles = 100;
  uint32_t tile_overhead_cycles = 200;
  double dsp_macs_per_cycle = 16.0;  // of an 8-bit depthwise convolution
};

struct LowerOptions {
  CostModel cost;
  ScheduleRules rules;
  bool keep_intermediates =
      false;  // fill Program::intermediates (for --verify=layers); changes no instruction
};

struct Fallback {
  std::string node, reason, ran_on;
};

struct Lowered {
  isa::Program program;
  std::vector<Fallback> fallbacks;  // work that runs elsewhere than its operator's usual unit
};

// Throws UserError if the network cannot run on the machine (naming the node and what does not fit).
Lowered lower(const Graph& graph, const QuantPlan& plan, const isa::Machine& machine,
              const LowerOptions& options);

}  // namespace mmasim::runtime
