#include "traces/analysis/sequencer.h"

namespace mmasim::traces {

bool Sequencer::take(const Record& record) {
  if (cores_.size() <= record.event.core) cores_.resize(record.event.core + size_t{1});
  Core& core = cores_[record.event.core];
  if (record.sequence < core.next) return false;
  if (record.sequence > core.next)
    return core.waiting.size() < kMostWaiting && core.waiting.emplace(record.sequence, record).second;
  deliver_(record);
  ++core.next;
  for (auto first = core.waiting.begin(); first != core.waiting.end() && first->first == core.next;
       ++core.next) {
    deliver_(first->second);
    first = core.waiting.erase(first);
  }
  return true;
}

bool Sequencer::finish(bool may_lack) {
  bool is_whole = true;
  for (Core& core : cores_) {
    is_whole = is_whole && core.waiting.empty();
    if (may_lack)
      for (const auto& [number, record] : core.waiting) deliver_(record);
    core.waiting.clear();
  }
  return is_whole || may_lack;
}

}  // namespace mmasim::traces
