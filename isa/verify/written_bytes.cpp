#include "isa/verify/written_bytes.h"

namespace mmasim::isa {

void Pieces::remove(uint64_t begin, uint64_t end) {
  auto at = ends_.upper_bound(begin);
  if (at != ends_.begin() && std::prev(at)->second > begin) --at;
  while (at != ends_.end() && at->first < end) {
    const auto [piece_begin, piece_end] = *at;
    at = ends_.erase(at);
    if (piece_begin < begin) ends_[piece_begin] = begin;
    if (piece_end > end) {
      ends_[end] = piece_end;
      return;
    }
  }
}

void Pieces::add(uint64_t begin, uint64_t end) {
  remove(begin, end);
  ends_[begin] = end;
}

bool Pieces::hold(uint64_t begin, uint64_t end) const {
  const auto after = ends_.upper_bound(begin);
  return after != ends_.begin() && std::prev(after)->second >= end;
}

// Whether the gaps between many runs are written as well: then the runs need no look.
bool WrittenBytes::has_all_around(const Operand& operand) const {
  constexpr uint64_t kFewRuns = 4;
  const uint64_t runs = operand.num_runs(), end = operand.end();
  if (runs <= kFewRuns || (end - operand.first) / ByteSet::kPageBytes > runs) return false;
  return of(operand.space).first_missing(operand.first, end) == end;
}

bool WrittenBytes::affords(const Operand& operand) const {
  runs_ += operand.num_runs();
  return runs_ <= kMostRuns;
}

// What is too dear to write down counts as written, and then all that follows counts as there.
void WrittenBytes::add(const Operand& operand) {
  if (has_all_around(operand) || !affords(operand)) return;
  ByteSet& set = of(operand.space);
  operand.for_each_run([&](uint64_t begin, uint64_t end) {
    set.add(begin, end);
    return true;
  });
}

std::optional<uint64_t> WrittenBytes::missing(const Operand& operand) const {
  std::optional<uint64_t> found;
  if (has_all_around(operand) || !affords(operand)) return found;
  const ByteSet& set = of(operand.space);
  operand.for_each_run([&](uint64_t begin, uint64_t end) {
    const uint64_t at = set.first_missing(begin, end);
    if (at != end) found = at;
    return at == end;
  });
  return found;
}

}  // namespace mmasim::isa
