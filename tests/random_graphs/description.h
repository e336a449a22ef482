// What a random network is drawn from: numbers, without meaning until a Drawing reads them. 0 always stands
// for the simplest choice, so a description shrinks as its numbers and its list of nodes do. Knows no
// operator.
#pragma once

#include <rapidcheck.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mmasim::random_graphs {

using Numbers = std::vector<uint16_t>;

struct Description {
  Numbers setting;             // opset, preset, precision, machine, further outputs
  std::vector<Numbers> nodes;  // one per node, the first number its operator
};

// Reads numbers in order; zeros after the last.
class Choices {
 public:
  explicit Choices(const Numbers& numbers) : numbers_(numbers) {}

  uint32_t below(uint32_t bound) {
    const uint32_t number = next_ < numbers_.size() ? numbers_[next_++] : 0;
    return number % bound;
  }
  bool one_in(uint32_t bound) { return below(bound) == bound - 1; }
  bool flip() { return one_in(2); }
  int64_t from(const std::vector<int64_t>& table) {
    return table[below(static_cast<uint32_t>(table.size()))];
  }

 private:
  const Numbers& numbers_;
  size_t next_ = 0;
};

// Of at most `most_nodes` nodes.
rc::Gen<Description> descriptions(int most_nodes);

}  // namespace mmasim::random_graphs
