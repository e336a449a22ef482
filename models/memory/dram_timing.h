// When a command may be issued on one channel: a table of rules (who, after whom, how long) and the state it
// implies. Ask, then do: earliest() and issue(). Chooses nothing and knows no queue: dram_channel.h does.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/memory/dram_config.h"

namespace mmasim::models {

enum class DramCommand : uint32_t {
  kActivate,
  kPrecharge,
  kRead,
  kWrite,
  kRefresh,             // of all banks of a rank
  kReadThenPrecharge,   // closed page; bound by the same rules as kRead
  kWriteThenPrecharge,  // closed page; bound by the same rules as kWrite
};
constexpr uint32_t kDramCommands = 7;
constexpr uint32_t kDramBoundCommands = 5;  // the first five: what a rule can hold back

// The one among those whose rules hold the command back.
constexpr DramCommand bound_as(DramCommand command) {
  if (command == DramCommand::kReadThenPrecharge) return DramCommand::kRead;
  return command == DramCommand::kWriteThenPrecharge ? DramCommand::kWrite : command;
}

enum class DramScope : uint32_t { kSameBank, kSameRank, kOtherRanks };
constexpr uint32_t kDramScopes = 3;

// `following` in the scope of `preceding` waits so many cycles.
struct DramTimingRule {
  DramScope scope;
  DramCommand preceding, following;
  uint32_t cycles;
};

std::vector<DramTimingRule> dram_timing_rules(const DramConfig& config);

class DramTiming {
 public:
  explicit DramTiming(const DramConfig& config);

  // The first cycle at which no rule forbids the command. A bank is rank * banks + bank; a refresh takes any
  // bank of its rank. Whether a row is open is the caller's knowledge.
  uint64_t earliest(DramCommand command, uint32_t bank) const {
    return std::max(bank_ready(command, bank), rank_ready(command, bank >> banks_log2_));
  }
  // Its two parts: what the bank's own past says, and the rank's.
  uint64_t bank_ready(DramCommand command, uint32_t bank) const { return banks_ready(command)[bank]; }
  uint64_t rank_ready(DramCommand command, uint32_t rank) const {
    return rank_ready_[rank][static_cast<uint32_t>(bound_as(command))];
  }
  // Of all banks.
  const uint64_t* banks_ready(DramCommand command) const {
    return bank_ready_[static_cast<uint32_t>(bound_as(command))].data();
  }
  void issue(DramCommand command, uint32_t bank, uint64_t now);
  // How long a command holds back another, by its own rule alone.
  uint32_t delay(DramScope scope, DramCommand preceding, DramCommand following) const;

  // Lets all timing of refreshes pass by so many cycles: an idle rank repeats itself every tREFI.
  void shift_refresh(uint32_t rank, uint64_t cycles);

 private:
  using Ready = std::array<uint64_t, kDramBoundCommands>;
  // What a command holds back in one scope, and for how long: few of the commands, so only those.
  struct Delays {
    struct Delay {
      uint32_t following = 0, cycles = 0;
    };
    std::array<Delay, kDramBoundCommands> list{};
    uint32_t count = 0;

    const Delay* begin() const { return list.data(); }
    const Delay* end() const { return list.data() + count; }
    void set(DramCommand following, uint32_t cycles);
  };
  struct ActivateWindow {  // the last four activates of a rank
    std::array<uint64_t, 4> at{};
    uint64_t count = 0;
  };

  void delay_rank(uint32_t rank, const Delays& delays, uint64_t now) {
    for (const auto& [following, cycles] : delays) {
      uint64_t& ready = rank_ready_[rank][following];
      ready = std::max(ready, now + cycles);
    }
  }
  void note_activate(uint32_t rank, uint64_t now);

  std::array<std::array<Delays, kDramCommands>, kDramScopes> delays_{};
  uint32_t tfaw_cycles_;
  uint32_t banks_log2_ = 0;
  std::array<std::array<uint64_t, kDramMostBanks>, kDramBoundCommands> bank_ready_{};  // [command][bank]
  std::vector<Ready> rank_ready_;
  std::vector<ActivateWindow> windows_;
};

inline void DramTiming::issue(DramCommand command, uint32_t bank, uint64_t now) {
  const auto c = static_cast<uint32_t>(command);
  const uint32_t rank = bank >> banks_log2_;
  for (const auto& [following, cycles] : delays_[0][c]) {
    uint64_t& ready = bank_ready_[following][bank];
    ready = std::max(ready, now + cycles);
  }
  delay_rank(rank, delays_[1][c], now);
  for (uint32_t other = 0; other < rank_ready_.size(); ++other) {
    if (other != rank) delay_rank(other, delays_[2][c], now);
  }
  if (command == DramCommand::kActivate) note_activate(rank, now);
}

}  // namespace mmasim::models
