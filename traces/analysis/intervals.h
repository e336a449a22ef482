// When a unit was busy: intervals of cycles in their order, none meeting another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mmasim::traces {

class Intervals {
 public:
  struct Interval {
    uint64_t begin, end;
  };

  void add(uint64_t begin, uint64_t end) {
    if (begin >= end) return;
    if (!all_.empty() && begin >= all_.back().begin && begin <= all_.back().end)  // mostly
      all_.back().end = std::max(all_.back().end, end);
    else
      all_.push_back({begin, end});
  }
  void join() {  // once all are there
    std::sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    size_t kept = 0;
    for (const Interval& each : all_) {
      if (kept > 0 && each.begin <= all_[kept - 1].end)
        all_[kept - 1].end = std::max(all_[kept - 1].end, each.end);
      else
        all_[kept++] = each;
    }
    all_.resize(kept);
  }

  // Of joined ones: cycles in both.
  static uint64_t overlap(const Intervals& a, const Intervals& b) {
    uint64_t cycles = 0;
    for (size_t i = 0, j = 0; i < a.all_.size() && j < b.all_.size();) {
      const uint64_t begin = std::max(a.all_[i].begin, b.all_[j].begin);
      const uint64_t end = std::min(a.all_[i].end, b.all_[j].end);
      if (begin < end) cycles += end - begin;
      a.all_[i].end < b.all_[j].end ? ++i : ++j;
    }
    return cycles;
  }

 private:
  std::vector<Interval> all_;
};

}  // namespace mmasim::traces
