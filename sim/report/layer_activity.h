// What a layer's row of a run's report and that of a trace's have alike: the time and the DDR traffic of its
// execution, as the models or a recorded trace tell them.
#pragma once

#include "traces/activity.h"

namespace mmasim::sim {

// Row: LayerStats or TraceLayer.
template <class Row>
void set_activity(Row& row, const traces::LayerActivity& activity) {
  row.cycles = activity.end_cycle - activity.start_cycle;
  row.start_cycle = activity.start_cycle;
  row.end_cycle = activity.end_cycle;
  row.mma_cycles = activity.mma_cycles;
  row.dsp_cycles = activity.dsp_cycles;
  row.dma_cycles = activity.dma_cycles;
  row.overhead_cycles = activity.overhead_cycles;
  row.stall_cycles = activity.stall_cycles;
  row.ddr_read_bytes = activity.ddr.read_bytes;
  row.ddr_write_bytes = activity.ddr.write_bytes;
}

}  // namespace mmasim::sim
