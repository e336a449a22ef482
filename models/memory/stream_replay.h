// Replays a list of bursts on a DRAM of its own, each issued as soon as the controller takes it, and sums up
// what came of it. Reads no file: sim/inputs/stream_file.h does.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/memory/dram_config.h"

namespace mmasim::models {

struct StreamRequest {
  uint64_t address = 0;  // a burst: the one that holds this byte
  bool is_write = false;
  uint64_t earliest_cycle = 0;  // DRAM clock; not before the requests ahead of it either
};

struct StreamResult {
  uint64_t cycles = 0;
  uint64_t reads_done = 0, writes_done = 0;
  double bandwidth_gbps = 0;  // 10^9 bytes a second, over all cycles
  double mean_read_latency_cycles = 0;
  double row_hit_fraction = 0;  // of reads
};

// Over so many cycles; without a number, until the last request is done.
StreamResult replay_stream(const DramConfig& config, const std::vector<StreamRequest>& stream,
                           std::optional<uint64_t> cycles);

}  // namespace mmasim::models
