// What the array's busy cycles go to, of one core: banks walked beyond the rows they hold, and panel loads
// that no walk hides. It keeps the walks and loads that later ones may still overlap, and no sums: its
// answers are differences for the caller to book. A walk goes before a load that runs beside it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

#include "traces/event.h"

namespace mmasim::traces {

class ArraySplit {
 public:
  // To be added to what is booked so far; negative where a walk covers a load told before.
  struct Change {
    int64_t empty_cycles = 0;  // of walks, behind the last row
    int64_t load_cycles = 0;
  };

  // A load or a stream; others change nothing. In the order of issue, and what begins is issued before.
  Change add(const Event& event);

  // What of [begin, end), behind every row told so far, is an empty walk or a load, and is to be taken back.
  Change hide(uint64_t begin, uint64_t end) const;

 private:
  struct Interval {
    uint64_t begin, end;
  };
  static uint64_t shared(const std::deque<Interval>& told, uint64_t begin, uint64_t end);
  static void keep(std::deque<Interval>& told, Interval interval);
  static void forget(std::deque<Interval>& told, uint64_t ended_by);

  std::deque<Interval> walks_, loads_;
};

}  // namespace mmasim::traces
