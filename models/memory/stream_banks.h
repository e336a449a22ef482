// The banks of a scratchpad, where the core's streams and the DMA engine meet: so many accesses a cycle, all
// told. The core's streams come first and take an access a cycle each while they run; what they leave over is
// the DMA engine's, whose read and write port share it. An access of the engine that would starve goes first
// in the end, and the core then loses that cycle. Pure: no kernel, no addresses (streams walk through the
// banks in step).
#pragma once

#include <array>
#include <cstdint>
#include <deque>

namespace mmasim::models {

class StreamBanks {
 public:
  enum class User : uint8_t { panel, rows, results, vectors, dma_read, dma_write };
  static constexpr uint32_t kAccess = 1000;  // an access a cycle, in thousandths

  StreamBanks(uint32_t banks, uint32_t longest_wait_cycles)
      : capacity_(uint64_t{banks} * kAccess), starving_rate_(kAccess / (longest_wait_cycles + 1)) {}

  // `user` takes `milli_accesses` a cycle in [begin, end). A user's bookings come in order.
  void book(User user, uint64_t begin, uint64_t end, uint64_t milli_accesses);

  // The cycle in which so many accesses of the engine's port, one per cycle at best, are done if they begin
  // at `begin`. Nobody will ask about cycles before `now` any more.
  uint64_t serve(User port, uint64_t begin, uint64_t accesses, uint64_t now);

  // Cycles that the core (array or vectors) has lost to starving accesses since it was last asked.
  uint64_t take_lost_cycles() {
    const uint64_t lost = lost_milli_ / kAccess;
    lost_milli_ %= kAccess;
    return lost;
  }

 private:
  struct Span {
    uint64_t begin, end, milli_accesses;
  };
  // What the others take at `cycle`, and how long it stays so.
  struct Load {
    uint64_t milli_accesses, until;
  };
  Load load_at(uint64_t cycle, User port) const;

  const uint64_t capacity_, starving_rate_;
  std::array<std::deque<Span>, 6> spans_;  // of each user, in order
  uint64_t lost_milli_ = 0;
};

}  // namespace mmasim::models
