// Edit distance, over words short enough that it costs nothing.
#include "isa/kit/nearest_word.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace mmasim::isa {
namespace {

constexpr size_t kLongestWord = 64;  // no word we know is longer

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);  // distances of a's prefix to every prefix of b
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// Of those that `seen` begins, the first; else of those less than `limit` edits away.
std::string nearest_within(std::string_view seen, const std::vector<std::string>& allowed, size_t limit) {
  constexpr size_t kShortestBeginning = 3;
  for (const std::string& candidate : allowed) {
    if (seen.size() >= kShortestBeginning && candidate.compare(0, seen.size(), seen) == 0) return candidate;
  }
  std::string nearest;
  for (const std::string& candidate : allowed) {
    const size_t distance = edit_distance(seen, candidate);
    if (distance >= limit) continue;
    limit = distance;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace

std::string nearest_word(std::string_view seen, const std::vector<std::string>& allowed) {
  return nearest_within(seen.substr(0, kLongestWord), allowed, std::numeric_limits<size_t>::max());
}

std::string likely_word(std::string_view seen, const std::vector<std::string>& allowed) {
  if (seen.size() > kLongestWord) return {};
  return nearest_within(seen, allowed, std::max<size_t>(1, seen.size() / 3) + 1);
}

}  // namespace mmasim::isa
