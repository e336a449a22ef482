// What a recorded trace tells: the run's own totals by the same fold, when each unit was busy, what
// overlapped, what the core waited for, what decided the end, and the run over time. Prints nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/activity.h"
#include "traces/analysis/critical_path.h"
#include "traces/file/reader.h"
#include "traces/timeline.h"

namespace mmasim::traces {

enum class Busy : uint8_t { mma, dsp, dma, ddr, wait };
constexpr uint32_t kBusy = static_cast<uint32_t>(Busy::wait) + 1;
const char* name_of(Busy unit);

struct TraceSummary {
  TraceContents contents;
  uint32_t core =
      0;  // that ended last: all below is its, but for the DDR and the timeline, which are all cores'
  Activity activity;  // of a whole trace the run's own; of one with gaps, of what was recorded
  bool is_whole = true;
  std::vector<bool> is_recorded;  // by layer
  // Cycles in which both were at work; of one with itself, in which it was. mma: any of its units; wait: the
  // core stands still.
  std::array<std::array<uint64_t, kBusy>, kBusy> overlap{};
  std::vector<PathPiece> path;  // the last piece first
  Timeline timeline;
};

// Throws TraceFileError: no trace, a damaged one, or one whose cycles do not add up.
TraceSummary summarize_trace(const std::string& path);

// The path's cycles by step: those that fall into the time of each layer, which add up to the layer's.
std::vector<std::array<uint64_t, kSteps>> path_by_layer(const TraceSummary& summary);

}  // namespace mmasim::traces
