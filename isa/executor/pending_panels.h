// B panels that a bank should hold but that memory still holds: a load is put off until its panel is needed
// in the bank itself, or its bytes are about to change.
#pragma once

#include <algorithm>
#include <vector>

#include "isa/executor/reach.h"
#include "isa/instruction.h"

namespace mmasim::isa {

class PendingPanels {
 public:
  explicit PendingPanels(uint32_t array_bytes) : array_bytes_(array_bytes) {}

  bool is_empty() const { return loads_.empty(); }
  void clear() { loads_.clear(); }
  void put_off(const MmaLoadB& load) {
    forget(load.bank);
    loads_.push_back(load);
  }
  void forget(uint8_t bank) {
    take_if([bank](const MmaLoadB& load) { return load.bank == bank; }, [](const MmaLoadB&) {});
  }

  bool has(uint8_t bank, Address address, uint32_t rows) const {
    return std::any_of(loads_.begin(), loads_.end(), [&](const MmaLoadB& load) {
      return load.bank == bank && load.addr == address && load.rows == rows;
    });
  }

  // Those whose bytes these are go to `execute` and are pending no more.
  template <class Execute>
  void take_those_in(const ReachList& written, const Execute& execute) {
    take_if([&](const MmaLoadB& load) { return written.meets(reach(load)); }, execute);
  }
  template <class Execute>
  void take_that_of(uint8_t bank, const Execute& execute) {
    take_if([bank](const MmaLoadB& load) { return load.bank == bank; }, execute);
  }

  Reach reach(const MmaLoadB& load) const {
    return {load.addr.raw, load.addr.raw + uint64_t{load.rows} * array_bytes_};
  }

 private:
  template <class IsTaken, class Execute>
  void take_if(const IsTaken& is_taken, const Execute& execute) {
    for (size_t i = loads_.size(); i-- > 0;) {
      if (!is_taken(loads_[i])) continue;
      execute(loads_[i]);
      loads_.erase(loads_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  const uint32_t array_bytes_;
  std::vector<MmaLoadB> loads_;  // at most one a bank
};

}  // namespace mmasim::isa
