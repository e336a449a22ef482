// What a timed execution tells: per layer, and in total. Plain numbers; reports are made of them elsewhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "traces/event.h"

namespace mmasim::traces {

// The layers of a program partition [0, total cycles). Of the core's timeline within a layer every cycle is
// exactly one of: array or DSP busy, overhead, or stalled by a cause; so
//   end - start == core_busy_cycles + overhead_cycles + sum of stall_cycles.
struct LayerActivity {
  uint64_t start_cycle = 0, end_cycle = 0;
  uint64_t mma_cycles =
      0;  // array busy: streaming, panel loads and transfers that are not hidden, start, drain
  uint64_t dsp_cycles = 0;        // vector instructions
  uint64_t core_busy_cycles = 0;  // cycles with array or DSP busy
  uint64_t dma_cycles = 0;        // cycles with at least one channel moving bytes (may overlap all else)
  uint64_t overhead_cycles = 0;   // setup, instruction issue
  std::map<std::string, uint64_t> stall_cycles;  // by cause: "ddr", "l3", "l2", "dma_start", "dma_queue", ...
  Traffic l1, l2, l3, ddr;  // bytes that crossed each memory's ports for this layer's work
  uint64_t array_rows = 0;  // A vectors streamed
  // Of mma_cycles: banks walked behind their last row, and panel loads beside which no bank is walked. The
  // rest that streams no row is start, pauses between blocks and drains.
  uint64_t array_empty_cycles = 0, array_load_cycles = 0;
  // Multiply-accumulates that the array performed, by isa::width_index, idle lanes included.
  uint64_t array_macs[kWidths] = {};
  uint64_t panel_loads = 0;
  uint64_t dsp_operations[kWidths] = {};  // element operations, by isa::width_index; the last on reals
  uint64_t ddr_activates = 0, ddr_refreshes = 0;  // commands while it ran, whosever work
  uint64_t dma_bytes = 0;                         // written by the DMA engine
};

struct Activity {
  uint64_t total_cycles = 0;
  std::vector<LayerActivity> layers;  // one per layer of the program
  uint64_t ddr_refreshes = 0;
  uint64_t overflow_count = 0;  // of accumulators; 0 when values are skipped
};

}  // namespace mmasim::traces
