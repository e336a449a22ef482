// One channel of the controller: accepts bursts, turns them into bank commands, issues one command a cycle,
// refreshes. Steps from decision to decision, never cycle by cycle. Splits no request: dram_controller.cpp
// does.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/memory/dram_address_map.h"
#include "models/memory/dram_bank.h"
#include "models/memory/dram_burst.h"
#include "models/memory/dram_controller.h"
#include "models/memory/dram_tickets.h"
#include "models/memory/dram_timing.h"
#include "models/memory/dram_waiting.h"
#include "models/memory/ring.h"

namespace mmasim::models {

class DramChannel {
 public:
  static constexpr uint64_t kNever = UINT64_MAX;

  DramChannel(const DramConfig& config, const DramAddressMap& map, DramTickets& tickets);

  // `count` bursts from `first` on, each the next one of this channel, to be accepted from `now` on, after
  // all earlier.
  void push(uint64_t first, uint64_t count, bool is_write, DramController::Ticket ticket, uint64_t now);

  // Decides all cycles up to and including `now`; nothing pushed later has a say in them.
  void run_until(uint64_t now);

  // Decides further while later pushes could not change anything, until a completion is certain or `limit` is
  // reached.
  void run_ahead(uint64_t limit);

  // No completion that is still uncertain lies before this cycle, unless something is pushed.
  uint64_t earliest_uncertain_completion() const;

  uint64_t backlog_bursts() const { return backlog_bursts_; }  // pushed and not accepted

  // Counts what has completed up to and including `now`; the commands counted may be those of a run ahead.
  void settle(uint64_t now);
  const DramController::Stats& stats() const { return stats_; }

 private:
  struct Piece {  // of a request: its bursts of this channel that are not accepted yet
    uint64_t next = 0, left = 0;
    DramController::Ticket ticket = 0;
    uint64_t available = 0;  // cycle
    bool is_write = false;
  };
  struct Landing {  // a burst that counts as done from `cycle` on
    uint64_t cycle = 0, accepted = 0;
    bool is_write = false, is_row_hit = false;
  };
  static constexpr uint32_t kFilterSlots = 1024;

  void step(uint64_t now);
  void plan_next_step(uint64_t now, bool moved);

  // How far somebody wants to see things decided.
  struct Limits {
    uint64_t last_cycle;
    bool while_certain;  // and only while nothing pushed later has a say, until a completion is certain
  };
  bool may_step(const Limits& limits) const {
    if (next_ > limits.last_cycle) return false;
    return !limits.while_certain || (!backlog_.empty() && next_ + 1 < tickets_.next_completion());
  }

  // a streak of reads (dram_channel_streak.cpp)
  bool wishes_reads_alone() const {
    const auto wished = [this](DramCommand command) { return wished_[index_of(command)]; };
    const uint64_t others =
        wished(DramCommand::kActivate) | wished(DramCommand::kPrecharge) | wished(DramCommand::kWrite);
    return others == 0 && wished(DramCommand::kRead) != 0;
  }
  bool is_streak_ready() const;
  bool follow_streak(const Limits& limits);
  void read_in_streak(uint32_t bank, uint64_t now);
  bool refill_in_streak(uint32_t bank);
  bool accept_in_streak(uint64_t now);

  // acceptance
  bool has_room(bool is_write) const {
    return (is_write ? writes_ : reads_).size() < transaction_queue_depth_;
  }
  void accept(uint64_t now);
  void accept_read(uint64_t number, DramController::Ticket ticket, uint64_t now);
  void accept_write(uint64_t number, DramController::Ticket ticket, uint64_t now);
  BurstIndex new_burst(uint64_t number, DramController::Ticket ticket, uint64_t now);
  void answer_at_door(bool is_write, DramController::Ticket ticket, uint64_t now);
  BurstIndex find_pending(uint64_t number, bool is_write) {
    return pending_like(number, is_write) == 0 ? kNoBurst : search_pending(number, is_write);
  }
  BurstIndex search_pending(uint64_t number, bool is_write);
  uint16_t& pending_like(uint64_t number, bool is_write) { return pending_[is_write][number % kFilterSlots]; }

  // transactions to commands
  bool schedule();
  void start_drain();
  bool schedule_write();
  bool schedule_read();
  void queue_command(DramWaiting& waiting, uint32_t bank, bool is_write);

  // commands
  void update_wishes(uint32_t bank);
  static constexpr uint32_t index_of(DramCommand command) { return static_cast<uint32_t>(command); }
  void find_next_command(uint64_t from);
  void offer(DramCommand command, uint64_t banks, uint64_t from);
  void issue(uint64_t now);
  uint32_t bank_in_turn(uint64_t banks) const;
  void issue_for_bank(uint32_t bank, uint64_t now);
  void activate(uint32_t bank, uint64_t now);
  void precharge(uint32_t bank, uint64_t now);
  void access(uint32_t bank, uint32_t entry, uint64_t now);
  void land_read(BurstIndex index, uint64_t cycle, bool is_row_hit);

  // refresh
  void start_due_refresh(uint64_t now);
  void choose_refreshing_rank();
  uint64_t banks_of(uint32_t rank) const;
  uint64_t next_refresh_command() const;
  void issue_refresh_command(uint64_t now);
  bool is_asleep() const;
  void skip_idle_refreshes(uint64_t until);

  void settle(Ring<Landing>& landing, uint64_t now);

  const DramAddressMap& map_;
  DramTickets& tickets_;
  const uint32_t ranks_, banks_per_rank_;
  const uint32_t transaction_queue_depth_, bank_queue_depth_, write_drain_threshold_, row_hit_limit_;
  const bool closes_rows_;
  const uint32_t read_cycles_, burst_cycles_, trefi_cycles_;

  Ring<Piece> backlog_;
  uint64_t backlog_bursts_ = 0;
  DramBurstPool pool_;
  DramWaiting reads_, writes_;
  std::array<std::array<uint16_t, kFilterSlots>, 2>
      pending_{};          // bursts on their way by number modulo, to rule out most
  uint32_t draining_ = 0;  // writes still to go before reads have their turn

  DramTiming timing_;
  const uint64_t read_period_;  // cycles from a read to the next of the rank
  std::vector<DramBank> banks_;
  std::vector<DramBank::Wishes> wishes_;
  uint32_t queued_ = 0, queued_reads_ = 0;  // commands in all bank queues
  uint64_t roomy_banks_;                    // sets of banks
  uint64_t open_banks_ = 0;
  uint64_t reading_banks_ = 0;        // they wish to read and nothing else
  std::array<uint64_t, 4> wished_{};  // by command: activate, precharge, read, write
  uint32_t last_bank_ = 0;            // the last that issued: the next in turn comes first

  bool is_next_command_known_ = true;
  uint64_t next_command_ = kNever;   // cycle
  std::array<uint64_t, 4> ready_{};  // by command: the banks that could issue it then

  std::vector<uint64_t> refresh_due_;
  uint64_t next_refresh_due_ = kNever;
  uint32_t due_ranks_ = 0;         // set of ranks whose refresh is due
  uint32_t refreshing_rank_ = 0;   // valid while due_ranks_ is not empty
  uint64_t refreshing_banks_ = 0;  // they take no other command
  uint32_t idle_refreshes_ = 0;    // since the last activate

  uint64_t frontier_ = 0;   // the first cycle not decided
  uint64_t next_ = kNever;  // the next cycle at which anything can happen
  Ring<Landing> from_bus_;  // reads, by last data
  Ring<Landing> at_door_;   // writes, and reads answered from the write buffer, a cycle after acceptance
  DramController::Stats stats_;
};

}  // namespace mmasim::models
