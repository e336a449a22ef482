#include "models/memory/stream_banks.h"

#include <algorithm>

namespace mmasim::models {

void StreamBanks::book(User user, uint64_t begin, uint64_t end, uint64_t milli_accesses) {
  if (end <= begin || milli_accesses == 0) return;
  auto& spans = spans_[static_cast<size_t>(user)];
  if (!spans.empty() && spans.back().end == begin && spans.back().milli_accesses == milli_accesses) {
    spans.back().end = end;
  } else {
    spans.push_back({begin, end, milli_accesses});
  }
}

StreamBanks::Load StreamBanks::load_at(uint64_t cycle, User port) const {
  Load load{0, UINT64_MAX};
  for (size_t user = 0; user < spans_.size(); ++user) {
    if (user == static_cast<size_t>(port)) continue;
    for (const Span& span : spans_[user]) {
      if (span.end <= cycle) continue;
      if (span.begin <= cycle) load.milli_accesses += span.milli_accesses;
      load.until = std::min(load.until, span.begin <= cycle ? span.end : span.begin);
      break;  // spans are in order
    }
  }
  return load;
}

uint64_t StreamBanks::serve(User port, uint64_t begin, uint64_t accesses, uint64_t now) {
  for (auto& spans : spans_) {
    while (!spans.empty() && spans.front().end <= now) spans.pop_front();
  }
  uint64_t left = accesses * kAccess, cycle = begin;
  while (left > 0) {
    const Load load = load_at(cycle, port);
    const uint64_t over = load.milli_accesses < capacity_ ? capacity_ - load.milli_accesses : 0;
    const bool starves = over < starving_rate_;
    const uint64_t rate = std::clamp<uint64_t>(over, starving_rate_, kAccess);
    const uint64_t needed = (left + rate - 1) / rate;
    const uint64_t cycles = std::min(needed, load.until - cycle);
    const uint64_t served = std::min(left, cycles * rate);
    if (starves) lost_milli_ += served;
    left -= served;
    cycle += cycles;
  }
  book(port, begin, cycle, cycle > begin ? accesses * kAccess / (cycle - begin) : 0);
  return cycle;
}

}  // namespace mmasim::models
