#include "runtime/lower/schedule/scratchpad.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "isa/kit/units.h"

namespace mmasim::runtime {

namespace {
constexpr uint64_t kAlignment = 64;
}

uint32_t Scratchpad::age(uint64_t begin, uint64_t end) const {
  return release_before(begin, end - begin).core_steps;
}

std::optional<uint64_t> Scratchpad::allocate(uint64_t bytes, Lifetime lifetime) {
  bytes = isa::round_up(std::max<uint64_t>(bytes, 1), kAlignment);
  std::optional<uint64_t> best;
  uint32_t best_age = UINT32_MAX;
  const auto consider = [&](uint64_t begin) {
    const auto candidate_age = lifetime == Lifetime::steps ? 0 : age(begin, begin + bytes);
    const bool higher_wins = lifetime == Lifetime::steps && best && begin > *best;
    if (!best || candidate_age < best_age || higher_wins) best = begin, best_age = candidate_age;
  };
  uint64_t gap_begin = 0;
  const auto gap = [&](uint64_t begin, uint64_t end) {
    if (end < begin + bytes) return;
    if (lifetime == Lifetime::step) consider(begin);
    consider((end - bytes) / kAlignment * kAlignment);
  };
  for (const auto& [begin, end] : live_) {
    gap(gap_begin, begin);
    gap_begin = end;
  }
  gap(gap_begin, bytes_);
  if (best) {
    live_[*best] = *best + bytes;
    live_bytes_ += bytes;
    peak_ = std::max(peak_, live_bytes_);
  }
  return best;
}

Release Scratchpad::release_before(uint64_t offset, uint64_t bytes) const {
  Release all;
  for (const auto& past : past_) {
    if (past.end <= offset || past.begin >= offset + bytes) continue;
    all.core_steps = std::max(all.core_steps, past.release.core_steps);
    all.store_groups = std::max(all.store_groups, past.release.store_groups);
  }
  return all;
}

void Scratchpad::free(uint64_t offset, uint64_t bytes, Release release) {
  const auto it = live_.find(offset);
  if (it == live_.end()) throw std::logic_error("scratchpad: freed a range that is not live");
  const auto end = std::max(it->second, offset + bytes);
  live_bytes_ -= it->second - it->first;
  live_.erase(it);
  // Releases only grow, so the newcomer speaks for all that it covers.
  past_.remove_if([&](const Past& past) { return past.begin >= offset && past.end <= end; });
  past_.push_back({offset, end, release});
}

void Scratchpad::undo(uint64_t offset) {
  const auto it = live_.find(offset);
  if (it == live_.end()) throw std::logic_error("scratchpad: undid a range that is not live");
  live_bytes_ -= it->second - it->first;
  live_.erase(it);
}

}  // namespace mmasim::runtime
