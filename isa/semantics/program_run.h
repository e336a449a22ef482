// What all who run whole programs share, with time or without.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>

namespace mmasim::isa {

// Called after a token's count changed, before anything else runs: the moment to look at a tensor that has
// just become whole (TensorPlacement::ready_token).
using TokenWatcher = std::function<void(uint16_t token, uint32_t count)>;

// All units wait for tokens that none of them will raise.
struct Deadlock : std::runtime_error {  // names the stalled instruction of every unit
  using std::runtime_error::runtime_error;
};

}  // namespace mmasim::isa
