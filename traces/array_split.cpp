#include "traces/array_split.h"

namespace mmasim::traces {
namespace {

// Far more than the array's queues hold; a trace file may hold anything.
constexpr size_t kRemembered = 4096;

}  // namespace

ArraySplit::Change ArraySplit::add(const Event& event) {
  const uint64_t begin = event.begin, end = std::max(event.end, event.begin);
  Change change;
  forget(walks_, event.issued);
  forget(loads_, event.issued);
  if (event.kind == Kind::load) {
    change.load_cycles = static_cast<int64_t>(end - begin - shared(walks_, begin, end));
    keep(loads_, {begin, end});
  } else if (event.kind == Kind::stream) {
    change.empty_cycles = static_cast<int64_t>(end - begin - std::min<uint64_t>(event.rows, end - begin));
    change.load_cycles = -static_cast<int64_t>(shared(loads_, begin, end));
    keep(walks_, {begin, end});
  }
  return change;
}

ArraySplit::Change ArraySplit::hide(uint64_t begin, uint64_t end) const {
  Change change;
  const uint64_t walked_until = walks_.empty() ? begin : std::clamp(walks_.back().end, begin, end);
  change.empty_cycles = -static_cast<int64_t>(walked_until - begin);
  change.load_cycles = -static_cast<int64_t>(shared(loads_, walked_until, end));
  return change;
}

uint64_t ArraySplit::shared(const std::deque<Interval>& told, uint64_t begin, uint64_t end) {
  uint64_t cycles = 0;
  for (const Interval& other : told) {
    const uint64_t from = std::max(begin, other.begin), to = std::min(end, other.end);
    if (to > from) cycles += to - from;
  }
  return cycles;
}

void ArraySplit::keep(std::deque<Interval>& told, Interval interval) {
  if (told.size() == kRemembered) told.pop_front();
  told.push_back(interval);
}

void ArraySplit::forget(std::deque<Interval>& told, uint64_t ended_by) {
  while (!told.empty() && told.front().end <= ended_by) told.pop_front();
}

}  // namespace mmasim::traces
