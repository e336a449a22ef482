// Quantized graph -> Program. Structure depends on graph, preset, precision and machine alone; values fill
// fields.
#pragma once

#include <string>
#include <vector>

#include "isa/program.h"
#include "runtime/graph/graph.h"
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

// How the part's compiler cuts a convolution for the array. Calibration chooses (docs/fidelity.md).
struct ScheduleRules {
  bool blocks_span_lines = true;  // a block of S positions runs over the ends of output lines
  bool pointwise_spans_lines =
      true;  // ... of a 1x1 convolution of stride 1, whose lines follow each other in memory
  uint32_t groups_per_panel = 0;  // of a grouped convolution; 0: as many as a panel holds
  uint32_t weights_ahead_steps =
      8;                    // beyond the next step, whose weights may be fetched early where L2 has room
  double tile_share = 1.0;  // of L2 that a layer's own buffers may take; the rest waits for later weights
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
