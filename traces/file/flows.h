// Which transfer's arrow leads to which computation: from a transfer that a core waited for to the first work
// of the core behind that wait. Remembers the last transfers only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "traces/file/record.h"

namespace mmasim::traces {

struct FlowEnd {
  uint32_t descriptor = 0;
  uint32_t lane = 0;
  uint64_t cycle = 0;  // within the slice on that lane
};

// Of one core. Slices are told in the order of their begins; a transfer and the wait for it come in either.
class Flows {
 public:
  // The arrow's start, once both the transfer and a wait for it are known.
  std::optional<FlowEnd> transfer(const Event& event, uint32_t lane) {
    const uint64_t last_cycle = event.end > event.begin ? event.end - 1 : event.end;
    FlowEnd& place = last_[event.descriptor % last_.size()];
    place = {event.descriptor, lane, last_cycle};
    for (Wait& wait : waits_)
      if (auto start = start_of(wait)) return start;
    return std::nullopt;
  }
  std::optional<FlowEnd> stall(const Event& event) {
    if (event.descriptor == 0) return std::nullopt;
    if (waits_.empty() || waits_.back().descriptor != event.descriptor)
      waits_.push_back({event.descriptor, event.end, false});
    waits_.back().end = event.end;
    return start_of(waits_.back());
  }
  // The arrows that end at this computation.
  const std::vector<FlowEnd>& compute(const Event& event, uint32_t lane) {
    ended_.clear();
    const auto is_over = [&](const Wait& wait) { return wait.end <= event.begin; };
    for (const Wait& wait : waits_)
      if (is_over(wait) && wait.is_started) ended_.push_back({wait.descriptor, lane, event.begin});
    waits_.erase(std::remove_if(waits_.begin(), waits_.end(), is_over), waits_.end());
    return ended_;
  }

 private:
  struct Wait {
    uint32_t descriptor;
    uint64_t end;
    bool is_started;
  };
  std::optional<FlowEnd> start_of(Wait& wait) {
    const FlowEnd& place = last_[wait.descriptor % last_.size()];
    if (wait.is_started || place.descriptor != wait.descriptor) return std::nullopt;
    wait.is_started = true;
    return place;
  }

  std::array<FlowEnd, 1024> last_;
  std::vector<Wait> waits_;  // that no computation followed yet
  std::vector<FlowEnd> ended_;
};

}  // namespace mmasim::traces
