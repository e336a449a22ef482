// A burst inside a controller, from acceptance to its last data, and the pool it lives in. Lists link bursts
// by index.
#pragma once

#include <cstdint>
#include <vector>

namespace mmasim::models {

using BurstIndex = uint32_t;
constexpr BurstIndex kNoBurst = 0xffffffff;  // ends a list of bursts

struct DramBurst {
  uint64_t number = 0;    // address divided by the bytes of a burst
  uint64_t accepted = 0;  // cycle; unique within a channel, as it accepts one burst a cycle
  uint64_t ticket = 0;
  uint32_t row = 0;
  uint32_t bank = 0;
  BurstIndex next = kNoBurst;  // in the list it waits in
  BurstIndex same = kNoBurst;  // a later read of the same burst, which this one's data serves too
};

class DramBurstPool {
 public:
  DramBurst& operator[](BurstIndex index) { return bursts_[index]; }
  const DramBurst& operator[](BurstIndex index) const { return bursts_[index]; }

  BurstIndex take() {
    if (free_ == kNoBurst) {
      bursts_.emplace_back();
      return static_cast<BurstIndex>(bursts_.size() - 1);
    }
    const BurstIndex index = free_;
    free_ = bursts_[index].next;
    return index;
  }
  void give_back(BurstIndex index) {
    bursts_[index].next = free_;
    free_ = index;
  }

 private:
  std::vector<DramBurst> bursts_;
  BurstIndex free_ = kNoBurst;
};

}  // namespace mmasim::models
