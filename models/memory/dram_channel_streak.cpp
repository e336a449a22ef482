// A streak of reads: while every queued command reads the open row of its bank, and whatever arrives joins a
// queue behind them, each read period is like the one before. One bank in turn reads, the oldest burst that
// waits for it takes the place in its queue, and a cycle later the next burst from outside is accepted. What
// step() would do is then known without looking for it, and is done here in fewer instructions; at the first
// sign of anything else the streak ends and step() goes on from the same state. tests/models compares the
// two.
#include "models/memory/dram_channel.h"

namespace mmasim::models {
namespace {

constexpr uint64_t bit(uint32_t bank) { return uint64_t{1} << bank; }

}  // namespace

// Nothing but reads can be issued at next_, by all who wish to; nothing moves into a queue before; and
// nothing is accepted at next_ itself.
bool DramChannel::is_streak_ready() const {
  const uint64_t reading = wished_[index_of(DramCommand::kRead)];
  if (!wishes_reads_alone() || !is_next_command_known_ || next_ != next_command_) return false;
  if (ready_[index_of(DramCommand::kRead)] != reading || due_ranks_ != 0 || draining_ != 0) return false;
  if (ranks_ != 1 || closes_rows_ || read_period_ < 2 || (reads_.banks() & roomy_banks_) != 0) return false;
  if (backlog_.empty()) return true;
  return !backlog_.front().is_write && backlog_.front().available <= next_ && !has_room(false);
}

// From a state in which a streak is ready, goes from read to read as far as the streak and the limits reach;
// false if not a single one was made.
bool DramChannel::follow_streak(const Limits& limits) {
  const uint64_t reading = wished_[index_of(DramCommand::kRead)];
  std::array<uint64_t, kDramMostBanks> read_at;  // of the banks that have read
  uint64_t have_read = 0;
  bool moved = false;
  for (bool goes_on = true; goes_on;) {
    const uint64_t now = next_;
    const bool starts_no_drain = writes_.size() < transaction_queue_depth_ &&
                                 (writes_.size() <= write_drain_threshold_ || queued_ > 1);
    const uint32_t bank = bank_in_turn(reading);
    if (!starts_no_drain || now + 1 >= next_refresh_due_ || !banks_[bank].reads_on() || !may_step(limits))
      break;
    last_bank_ = bank;
    read_in_streak(bank, now);
    read_at[bank] = now;
    have_read |= bit(bank);
    moved = refill_in_streak(bank);
    frontier_ = now + 1;
    goes_on = banks_[bank].reads_on();
    if (!goes_on) update_wishes(bank);
    if (moved) {
      next_ = now + 1;
      goes_on = goes_on && may_step(limits) && accept_in_streak(now + 1);
      if (goes_on) {
        frontier_ = now + 2;
        moved = false;
        goes_on = backlog_.empty() || !backlog_.front().is_write;  // a write may have room
      }
    }
    if (goes_on) next_ = now + read_period_;
  }
  if (have_read == 0) return false;
  for (; have_read != 0; have_read &= have_read - 1) {
    const auto bank = static_cast<uint32_t>(__builtin_ctzll(have_read));
    timing_.issue(DramCommand::kRead, bank, read_at[bank]);
  }
  is_next_command_known_ = false;
  plan_next_step(frontier_ - 1, moved);
  return true;
}

void DramChannel::read_in_streak(uint32_t bank, uint64_t now) {
  DramBank& queue = banks_[bank];
  const bool is_row_hit = queue.hits() != 0;
  const BurstIndex index = queue.access(0);
  --queued_;
  --queued_reads_;
  roomy_banks_ |= bit(bank);
  --pending_like(pool_[index].number, false);
  stats_.busy_cycles += burst_cycles_;
  land_read(index, now + read_cycles_, is_row_hit);
}

// The only bank with room for somebody who waits is the one that has just read.
bool DramChannel::refill_in_streak(uint32_t bank) {
  if ((reads_.banks() & bit(bank)) == 0) return false;
  const BurstIndex index = reads_.take(pool_, bank);
  DramBank& queue = banks_[bank];
  queue.append(index, pool_[index].row, false);
  ++queued_;
  ++queued_reads_;
  if (queue.size() == bank_queue_depth_) roomy_banks_ &= ~bit(bank);
  return true;
}

// Accepts the next read from outside, if there is one; false, and does nothing, where that would do more than
// put it in line for a bank of the streak that is full.
bool DramChannel::accept_in_streak(uint64_t now) {
  if (backlog_.empty()) return true;
  const Piece& piece = backlog_.front();
  if (piece.is_write || piece.available > now) return false;
  const uint64_t number = map_.wrapped(piece.next);
  if (pending_like(number, true) != 0 || pending_like(number, false) != 0) return false;
  const uint64_t bank = bit(map_.bank_of(number));
  if ((wished_[index_of(DramCommand::kRead)] & bank) == 0 || (roomy_banks_ & bank) != 0) return false;
  accept(now);
  return true;
}

}  // namespace mmasim::models
