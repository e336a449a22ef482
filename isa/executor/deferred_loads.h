// Loads of B panels that have been issued but not executed: the panel stays in memory until an instruction
// needs it in its bank, or is about to overwrite its bytes.
#pragma once

#include <algorithm>
#include <vector>

#include "isa/executor/byte_intervals.h"
#include "isa/instruction.h"

namespace mmasim::isa {

class DeferredLoads {
 public:
  explicit DeferredLoads(uint32_t array_bytes) : array_bytes_(array_bytes) {}

  bool is_empty() const { return loads_.empty(); }
  void clear() { loads_.clear(); }
  void defer(const MmaLoadB& load) {
    forget(load.bank);
    loads_.push_back(load);
  }
  void forget(uint8_t bank) {
    release_if([bank](const MmaLoadB& load) { return load.bank == bank; }, [](const MmaLoadB&) {});
  }

  bool has(uint8_t bank, Address address, uint32_t rows) const {
    return std::any_of(loads_.begin(), loads_.end(), [&](const MmaLoadB& load) {
      return load.bank == bank && load.addr == address && load.rows == rows;
    });
  }

  // Passes the loads of these bytes to `execute` and forgets them.
  template <class Execute>
  void release_those_in(const IntervalSet& written, const Execute& execute) {
    release_if([&](const MmaLoadB& load) { return written.meets(interval(load)); }, execute);
  }
  template <class Execute>
  void release_that_of(uint8_t bank, const Execute& execute) {
    release_if([bank](const MmaLoadB& load) { return load.bank == bank; }, execute);
  }

  ByteInterval interval(const MmaLoadB& load) const {
    return {load.addr.raw, load.addr.raw + uint64_t{load.rows} * array_bytes_};
  }

 private:
  template <class IsTaken, class Execute>
  void release_if(const IsTaken& is_taken, const Execute& execute) {
    for (size_t i = loads_.size(); i-- > 0;) {
      if (!is_taken(loads_[i])) continue;
      execute(loads_[i]);
      loads_.erase(loads_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  const uint32_t array_bytes_;
  std::vector<MmaLoadB> loads_;  // at most one per bank
};

}  // namespace mmasim::isa
