// Steps, acceptance of bursts and their way into the bank queues. Commands and refresh:
// dram_channel_commands.cpp.
#include "models/memory/dram_channel.h"

namespace mmasim::models {

DramChannel::DramChannel(const DramConfig& config, const DramAddressMap& map, DramTickets& tickets)
    : map_(map),
      tickets_(tickets),
      ranks_(config.ranks),
      banks_per_rank_(config.banks),
      transaction_queue_depth_(config.transaction_queue_depth),
      bank_queue_depth_(config.bank_queue_depth),
      write_drain_threshold_(config.write_drain_threshold),
      row_hit_limit_(config.row_hit_limit),
      closes_rows_(config.page_policy == "closed"),
      read_cycles_(config.cl_cycles + config.burst_cycles()),
      burst_cycles_(config.burst_cycles()),
      trefi_cycles_(config.trefi_cycles),
      timing_(config),
      read_period_(timing_.delay(DramScope::kSameRank, DramCommand::kRead, DramCommand::kRead)),
      banks_(config.ranks * config.banks),
      wishes_(config.ranks * config.banks),
      roomy_banks_(~uint64_t{0}),
      refresh_due_(config.ranks, kNever) {
  if (!config.refresh) return;
  for (uint32_t rank = 0; rank < ranks_; ++rank) {  // ranks take turns within tREFI
    refresh_due_[rank] = uint64_t{trefi_cycles_} * (rank + 1) / ranks_;
  }
  next_refresh_due_ = next_ = refresh_due_[0];
}

void DramChannel::push(uint64_t first, uint64_t count, bool is_write, DramController::Ticket ticket,
                       uint64_t now) {
  backlog_.push_back({first, count, ticket, now, is_write});
  backlog_bursts_ += count;
  next_ = std::min(next_, std::max(frontier_, now));
}

void DramChannel::run_until(uint64_t now) {
  const Limits limits{now, false};
  while (may_step(limits)) {
    if (next_ == next_refresh_due_ && is_asleep()) {
      skip_idle_refreshes(now);
      if (next_ > now) break;
    }
    if (!(wishes_reads_alone() && is_streak_ready() && follow_streak(limits))) step(next_);
    if (from_bus_.size() + at_door_.size() >= 256) settle(std::min(frontier_ - 1, now));
  }
  if (now != kNever) frontier_ = std::max(frontier_, now + 1);
}

// While bursts are waiting to be accepted, whatever comes later is behind them in the only queue that leads
// inside.
void DramChannel::run_ahead(uint64_t limit) {
  const Limits limits{limit, true};
  while (may_step(limits)) {
    if (!(wishes_reads_alone() && is_streak_ready() && follow_streak(limits))) step(next_);
  }
}

uint64_t DramChannel::earliest_uncertain_completion() const {
  if (!backlog_.empty()) return next_ + 1;
  if (reads_.size() + queued_reads_ > 0) return next_ + read_cycles_;
  return kNever;
}

void DramChannel::settle(uint64_t now) {
  settle(from_bus_, now);
  settle(at_door_, now);
}

void DramChannel::settle(Ring<Landing>& landing, uint64_t now) {
  for (; !landing.empty() && landing.front().cycle <= now; landing.pop_front()) {
    const Landing& burst = landing.front();
    if (burst.is_write) {
      ++stats_.writes_done;
    } else {
      ++stats_.reads_done;
      stats_.read_row_hits += burst.is_row_hit;
      stats_.read_latency_cycles += burst.cycle - burst.accepted;
    }
  }
}

// One cycle in which something may happen; idempotent where nothing does.
void DramChannel::step(uint64_t now) {
  // (1) accept the oldest burst outside, (2) let refreshes fall due
  if (!backlog_.empty() && backlog_.front().available <= now && has_room(backlog_.front().is_write))
    accept(now);
  if (now >= next_refresh_due_) start_due_refresh(now);
  // (3) issue one command, (4) move one transaction into its bank's queue: its command is next cycle's at the
  // earliest
  if (!is_next_command_known_) find_next_command(now);
  if (next_command_ <= now) issue(now);
  const bool moved = schedule();
  // (5) look for the next such cycle
  frontier_ = now + 1;
  plan_next_step(now, moved);
}

void DramChannel::plan_next_step(uint64_t now, bool moved) {
  if (!is_next_command_known_) find_next_command(now + 1);
  next_ = std::min(moved ? now + 1 : next_command_, next_refresh_due_);
  if (!backlog_.empty() && has_room(backlog_.front().is_write)) {
    next_ = std::min(next_, std::max(now + 1, backlog_.front().available));
  }
}

void DramChannel::accept(uint64_t now) {
  Piece& piece = backlog_.front();
  const uint64_t number = map_.wrapped(piece.next);
  const DramController::Ticket ticket = piece.ticket;
  const bool is_write = piece.is_write;
  piece.next = map_.next_in_channel(piece.next);
  if (--piece.left == 0) backlog_.pop_front();
  --backlog_bursts_;
  is_write ? accept_write(number, ticket, now) : accept_read(number, ticket, now);
}

// A read of what still waits to be written is answered from the write buffer; a read of what is being read
// already shares its data.
void DramChannel::accept_read(uint64_t number, DramController::Ticket ticket, uint64_t now) {
  if (find_pending(number, true) != kNoBurst) return answer_at_door(false, ticket, now);
  const BurstIndex earlier = find_pending(number, false);
  const BurstIndex index = new_burst(number, ticket, now);
  if (earlier != kNoBurst) {
    pool_[index].same = pool_[earlier].same;
    pool_[earlier].same = index;
    return;
  }
  reads_.append(pool_, index);
  ++pending_like(number, false);
}

// A write is done for its sender once it is in the write buffer; one to a burst that waits there already
// joins it.
void DramChannel::accept_write(uint64_t number, DramController::Ticket ticket, uint64_t now) {
  answer_at_door(true, ticket, now);
  if (find_pending(number, true) != kNoBurst) return;
  writes_.append(pool_, new_burst(number, ticket, now));
  ++pending_like(number, true);
}

void DramChannel::answer_at_door(bool is_write, DramController::Ticket ticket, uint64_t now) {
  tickets_.burst_done(ticket, now + 1);
  at_door_.push_back({now + 1, now, is_write, false});
}

BurstIndex DramChannel::new_burst(uint64_t number, DramController::Ticket ticket, uint64_t now) {
  const BurstIndex index = pool_.take();
  pool_[index] = {number, now, ticket, map_.row_of(number), map_.bank_of(number), kNoBurst, kNoBurst};
  return index;
}

BurstIndex DramChannel::search_pending(uint64_t number, bool is_write) {
  const uint32_t bank = map_.bank_of(number);
  const DramBank& queue = banks_[bank];
  for (uint32_t i = 0; i < queue.size(); ++i) {
    if (queue.is_write(i) == is_write && pool_[queue.burst(i)].number == number) return queue.burst(i);
  }
  const DramWaiting& waiting = is_write ? writes_ : reads_;
  for (BurstIndex index = waiting.head(bank); index != kNoBurst; index = pool_[index].next) {
    if (pool_[index].number == number) return index;
  }
  return kNoBurst;
}

// Moves the oldest transaction whose bank has room; says whether there was one.
bool DramChannel::schedule() {
  if (draining_ == 0) start_drain();
  if (draining_ > 0) {
    if (schedule_write()) return true;
    if (draining_ > 0) return false;
  }
  return schedule_read();
}

// Writes are gathered, then written together: when the buffer is full, or when a good part of it is and no
// command is left.
void DramChannel::start_drain() {
  const bool is_full = writes_.size() >= transaction_queue_depth_;
  if (is_full || (writes_.size() > write_drain_threshold_ && queued_ == 0)) draining_ = writes_.size();
}

bool DramChannel::schedule_write() {
  const uint64_t banks = writes_.banks() & roomy_banks_;
  if (banks == 0) return false;
  const uint32_t bank = writes_.oldest(banks);
  if (find_pending(pool_[writes_.head(bank)].number, false) != kNoBurst) {  // the older read goes first
    draining_ = 0;
    return false;
  }
  queue_command(writes_, bank, true);
  --draining_;
  return true;
}

bool DramChannel::schedule_read() {
  const uint64_t banks = reads_.banks() & roomy_banks_;
  if (banks == 0) return false;
  queue_command(reads_, reads_.oldest(banks), false);
  ++queued_reads_;
  return true;
}

void DramChannel::queue_command(DramWaiting& waiting, uint32_t bank, bool is_write) {
  const BurstIndex index = waiting.take(pool_, bank);
  DramBank& queue = banks_[bank];
  queue.append(index, pool_[index].row, is_write);
  ++queued_;
  if (queue.size() == bank_queue_depth_) roomy_banks_ &= ~(uint64_t{1} << bank);
  if (!queue.is_last_of_no_account(wishes_[bank])) update_wishes(bank);
}

}  // namespace mmasim::models
