// A port or link that serves one request after another, each for a known number of cycles: ask, then do.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mmasim::models {

class Port {
 public:
  uint64_t earliest(uint64_t now) const { return std::max(now, free_cycle_); }

  // Occupies the port and returns the cycle in which its occupation begins.
  uint64_t occupy(uint64_t now, uint64_t cycles) {
    const uint64_t start = earliest(now);
    free_cycle_ = start + cycles;
    return start;
  }

 private:
  uint64_t free_cycle_ = 0;
};

}  // namespace mmasim::models
