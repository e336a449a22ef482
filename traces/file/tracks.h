// Where slices lie in a viewer: a track per unit, and further lanes beside it where slices of a unit overlap,
// as transfers of one channel do. On one lane slices never overlap.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "traces/file/record.h"

namespace mmasim::traces {

// The tracks of a core, in the order in which viewers show them.
enum class Track : uint8_t { layers, dsp, mma_streams, mma_loads, mma_transfers, dma_engine, channel };

struct Lane {
  uint32_t id = 0;  // positive, unique among all cores
  bool is_new = false;
  std::string name;  // of a new one
};

class Lanes {
 public:
  // The lane of a slice; slices come by their begins.
  Lane place(const Record& record);
  static uint32_t layers_lane(uint16_t core) { return core * kPerCore + 1; }
  static constexpr uint32_t kDdrLane = 1;  // of the process that stands for shared memories

 private:
  static constexpr uint32_t kPerCore = 1 << 14, kLanesPerTrack = 16;
  std::map<uint32_t, uint64_t> ends_;  // of what lies last on a lane
};

Track track_of(Kind kind);

}  // namespace mmasim::traces
