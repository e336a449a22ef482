// The architectural state of a core: what its instructions have set, what its banks hold, what it has
// counted. Values only; how a host keeps them for speed is in isa/executor/core.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "isa/arithmetic.h"
#include "isa/semantics/array_settings.h"

namespace mmasim::isa {

// Smallest and largest result seen; smallest > largest while there is none.
struct RangeRegister {
  int64_t smallest, largest;
  RangeRegister() { clear(); }
  void clear() {
    smallest = std::numeric_limits<int64_t>::max();
    largest = std::numeric_limits<int64_t>::min();
  }
  void add(Wide result) {  // saturated to 64 bits
    const int64_t v =
        saturate(result, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max());
    smallest = v < smallest ? v : smallest;
    largest = v > largest ? v : largest;
  }
};

namespace semantics {

struct Registers : ArraySettings {
  explicit Registers(const Machine& of);

  std::vector<uint8_t>& b_bank(uint32_t index) { return b.at(index); }
  std::vector<Wide>& c_bank(uint32_t index) { return c.at(index); }

  StageSet dsp_stage;
  std::vector<std::vector<uint8_t>> b;  // a bank's panel: rows of array_bytes, as many
  std::vector<std::vector<Wide>> c;     // a bank's exact sums: S rows of S
  RangeRegister range;
  uint64_t overflow_count = 0;  // sums that left the accumulator's range when they were passed on
};

}  // namespace semantics
}  // namespace mmasim::isa
