// Which command a channel issues when: banks in turn, first ready first come first served within a bank,
// refresh first.
#include "models/memory/dram_channel.h"

namespace mmasim::models {
namespace {

template <class Visit>
void for_each_bank(uint64_t banks, Visit&& visit) {
  for (; banks != 0; banks &= banks - 1) visit(static_cast<uint32_t>(__builtin_ctzll(banks)));
}

constexpr uint64_t bit(uint32_t bank) { return uint64_t{1} << bank; }

}  // namespace

void DramChannel::update_wishes(uint32_t bank) {
  const uint64_t only_this = bit(bank);
  if (banks_[bank].reads_on() && reading_banks_ & only_this) {  // most often
    wishes_[bank].read = 0;
    return;
  }
  const DramBank::Wishes wishes = banks_[bank].wishes(row_hit_limit_);
  const bool is_same = wishes.same_commands(wishes_[bank]);
  wishes_[bank] = wishes;
  if (is_same) return;
  const bool reads_only = !wishes.activate && !wishes.precharge && wishes.read != DramBank::kNone &&
                          wishes.write == DramBank::kNone;
  reading_banks_ = (reading_banks_ & ~only_this) | (reads_only ? only_this : 0);
  is_next_command_known_ = false;
  const bool wished[] = {wishes.activate, wishes.precharge, wishes.read != DramBank::kNone,
                         wishes.write != DramBank::kNone};
  for (uint32_t c = 0; c < wished_.size(); ++c)
    wished_[c] = (wished_[c] & ~bit(bank)) | (uint64_t{wished[c]} << bank);
}

// The first cycle, not before `from`, at which a wished command may be issued, and who could issue it then.
void DramChannel::find_next_command(uint64_t from) {
  is_next_command_known_ = true;
  ready_ = {};
  next_command_ = due_ranks_ != 0 ? std::max(from, next_refresh_command()) : kNever;
  for (const DramCommand command :
       {DramCommand::kActivate, DramCommand::kPrecharge, DramCommand::kRead, DramCommand::kWrite}) {
    const uint64_t banks = wished_[index_of(command)] & ~refreshing_banks_;
    if (banks == 0) continue;
    if (ranks_ == 1) {
      offer(command, banks, std::max(from, timing_.rank_ready(command, 0)));
      continue;
    }
    for (uint32_t rank = 0; rank < ranks_; ++rank) {
      offer(command, banks & banks_of(rank), std::max(from, timing_.rank_ready(command, rank)));
    }
  }
}

// Of banks of one rank.
inline void DramChannel::offer(DramCommand command, uint64_t banks, uint64_t from) {
  if (from > next_command_ || banks == 0) return;
  const uint64_t* ready = timing_.banks_ready(command);
  uint64_t soonest = kNever, who = 0;
  for (; banks != 0; banks &= banks - 1) {
    const uint64_t cycle = std::max(from, ready[__builtin_ctzll(banks)]), bank = banks & -banks;
    who = cycle < soonest ? bank : cycle == soonest ? who | bank : who;
    soonest = std::min(soonest, cycle);
  }
  if (soonest > next_command_) return;
  if (soonest < next_command_) ready_ = {};
  next_command_ = soonest;
  ready_[index_of(command)] |= who;
}

void DramChannel::issue(uint64_t now) {
  is_next_command_known_ = false;
  if (due_ranks_ != 0 && next_refresh_command() <= now) return issue_refresh_command(now);
  last_bank_ = bank_in_turn(ready_[0] | ready_[1] | ready_[2] | ready_[3]);
  issue_for_bank(last_bank_, now);
}

uint32_t DramChannel::bank_in_turn(uint64_t banks) const {
  const uint64_t after = banks & ~((uint64_t{2} << last_bank_) - 1);
  return static_cast<uint32_t>(__builtin_ctzll(after != 0 ? after : banks));
}

// Of a bank's ready commands, the one for its oldest entry.
void DramChannel::issue_for_bank(uint32_t bank, uint64_t now) {
  const auto is_ready = [&](DramCommand command) { return (ready_[index_of(command)] & bit(bank)) != 0; };
  if (is_ready(DramCommand::kActivate)) return activate(bank, now);
  if (is_ready(DramCommand::kPrecharge)) return precharge(bank, now);
  const DramBank::Wishes& wishes = wishes_[bank];
  const uint32_t read = is_ready(DramCommand::kRead) ? wishes.read : DramBank::kNone;
  const uint32_t write = is_ready(DramCommand::kWrite) ? wishes.write : DramBank::kNone;
  access(bank, std::min(read, write), now);
}

void DramChannel::activate(uint32_t bank, uint64_t now) {
  timing_.issue(DramCommand::kActivate, bank, now);
  banks_[bank].activate();
  open_banks_ |= bit(bank);
  idle_refreshes_ = 0;
  ++stats_.activates;
  update_wishes(bank);
}

void DramChannel::precharge(uint32_t bank, uint64_t now) {
  timing_.issue(DramCommand::kPrecharge, bank, now);
  banks_[bank].precharge();
  open_banks_ &= ~bit(bank);
  ++stats_.precharges;
  update_wishes(bank);
}

void DramChannel::access(uint32_t bank, uint32_t entry, uint64_t now) {
  DramBank& queue = banks_[bank];
  const bool is_write = queue.is_write(entry);
  const bool is_row_hit = queue.hits() != 0;
  const DramCommand plain = is_write ? DramCommand::kWrite : DramCommand::kRead;
  const DramCommand closing = is_write ? DramCommand::kWriteThenPrecharge : DramCommand::kReadThenPrecharge;
  timing_.issue(closes_rows_ ? closing : plain, bank, now);
  const BurstIndex index = queue.access(entry);
  --queued_;
  roomy_banks_ |= bit(bank);
  --pending_like(pool_[index].number, is_write);
  stats_.busy_cycles += burst_cycles_;
  if (closes_rows_) {
    queue.precharge();
    open_banks_ &= ~bit(bank);
    ++stats_.precharges;
  }
  if (is_write) {
    pool_.give_back(index);
  } else {
    --queued_reads_;
    land_read(index, now + read_cycles_, is_row_hit);
  }
  update_wishes(bank);
}

void DramChannel::land_read(BurstIndex index, uint64_t cycle, bool is_row_hit) {
  while (index != kNoBurst) {
    const DramBurst& burst = pool_[index];
    const BurstIndex next = burst.same;
    tickets_.burst_done(burst.ticket, cycle);
    from_bus_.push_back({cycle, burst.accepted, false, is_row_hit});
    pool_.give_back(index);
    index = next;
    is_row_hit = false;  // those who share the data opened and touched no row
  }
}

void DramChannel::start_due_refresh(uint64_t now) {
  next_refresh_due_ = kNever;
  for (uint32_t rank = 0; rank < ranks_; ++rank) {
    if (refresh_due_[rank] <= now) {
      due_ranks_ |= uint32_t{1} << rank;
      refresh_due_[rank] += trefi_cycles_;
    }
    next_refresh_due_ = std::min(next_refresh_due_, refresh_due_[rank]);
  }
  if (refreshing_banks_ == 0) choose_refreshing_rank();
  is_next_command_known_ = false;
}

void DramChannel::choose_refreshing_rank() {
  refreshing_banks_ = 0;
  if (due_ranks_ == 0) return;
  refreshing_rank_ = static_cast<uint32_t>(__builtin_ctz(due_ranks_));
  refreshing_banks_ = banks_of(refreshing_rank_);
}

uint64_t DramChannel::banks_of(uint32_t rank) const {
  const uint64_t first = banks_per_rank_ == 64 ? ~uint64_t{0} : bit(banks_per_rank_) - 1;
  return first << (rank * banks_per_rank_);
}

// A rank closes its rows as soon as each may be closed, then refreshes.
uint64_t DramChannel::next_refresh_command() const {
  const uint64_t open = open_banks_ & refreshing_banks_;
  if (open == 0) return timing_.earliest(DramCommand::kRefresh, refreshing_rank_ * banks_per_rank_);
  uint64_t soonest = kNever;
  for_each_bank(open, [&](uint32_t bank) {
    soonest = std::min(soonest, timing_.earliest(DramCommand::kPrecharge, bank));
  });
  return soonest;
}

void DramChannel::issue_refresh_command(uint64_t now) {
  for (uint64_t open = open_banks_ & refreshing_banks_; open != 0; open &= open - 1) {
    const auto bank = static_cast<uint32_t>(__builtin_ctzll(open));
    if (timing_.earliest(DramCommand::kPrecharge, bank) <= now) return precharge(bank, now);
  }
  timing_.issue(DramCommand::kRefresh, refreshing_rank_ * banks_per_rank_, now);
  ++stats_.refreshes;
  ++idle_refreshes_;
  due_ranks_ &= ~(uint32_t{1} << refreshing_rank_);
  choose_refreshing_rank();
}

// Nothing but refreshes happens, each as soon as it is due.
bool DramChannel::is_asleep() const {
  const bool is_quiet = backlog_.empty() || backlog_.front().available > next_;
  return is_quiet && queued_ == 0 && reads_.size() == 0 && open_banks_ == 0 && due_ranks_ == 0 &&
         idle_refreshes_ >= ranks_;
}

// Passes over whole refresh periods, up to `until` or the next burst to accept.
void DramChannel::skip_idle_refreshes(uint64_t until) {
  if (!backlog_.empty()) until = std::min(until, backlog_.front().available);
  if (until <= next_refresh_due_) return;
  const uint64_t periods = (until - next_refresh_due_) / trefi_cycles_;
  const uint64_t skipped_cycles = periods * trefi_cycles_;
  for (uint32_t rank = 0; rank < ranks_; ++rank) {
    refresh_due_[rank] += skipped_cycles;
    timing_.shift_refresh(rank, skipped_cycles);
  }
  stats_.refreshes += periods * ranks_;
  next_refresh_due_ += skipped_cycles;
  next_ = next_refresh_due_;
}

}  // namespace mmasim::models
