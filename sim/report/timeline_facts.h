// `timeline` of a report: what each memory moved and each unit did in bins of equal time, of all cores
// together. Heard by traces/timeline.h.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/kit/keys.h"
#include "traces/timeline.h"

namespace mmasim::sim {

struct TimelineFacts {
  uint64_t bin_cycles = 0;
  // A number per bin.
  std::vector<uint64_t> ddr_read_bytes, ddr_write_bytes, l3_read_bytes, l3_write_bytes, l2_read_bytes,
      l2_write_bytes;
  std::vector<uint64_t> mma_cycles, dsp_cycles, dma_cycles, stall_cycles;
};

TimelineFacts timeline_facts(const traces::Timeline& timeline);

const Keys<TimelineFacts>& timeline_keys();

}  // namespace mmasim::sim
