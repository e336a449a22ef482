// What is asked of a lowering, and what it says beside the program. The rules for cutting layers are in
// schedule_config.h.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/lower/schedule/schedule_config.h"

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

}  // namespace mmasim::runtime
