// One bank: its open row, and the queue of its reads and writes in order of arrival. Says which commands it
// would like next (first ready, first come, first served); when they may be issued is DramTiming's to say.
#pragma once

#include <array>
#include <cstdint>

#include "models/memory/dram_burst.h"
#include "models/memory/dram_config.h"

namespace mmasim::models {

class DramBank {
 public:
  static constexpr uint32_t kNone = 0xff;  // no such entry
  struct Wishes {
    bool activate = false;   // the row of the first entry
    bool precharge = false;  // to reach the row of the first entry
    uint8_t read = kNone;    // first entry that reads the open row
    uint8_t write = kNone;   // first entry that writes it
    bool same_commands(const Wishes& other) const {
      return activate == other.activate && precharge == other.precharge &&
             (read == kNone) == (other.read == kNone) && (write == kNone) == (other.write == kNone);
    }
  };

  uint32_t size() const { return size_; }
  bool is_open() const { return is_open_; }
  uint32_t hits() const { return hits_; }  // accesses of the open row since its activate
  BurstIndex burst(uint32_t entry) const { return at(entry).burst; }
  bool is_write(uint32_t entry) const { return at(entry).is_write; }

  void append(BurstIndex burst, uint32_t row, bool is_write) {
    at(size_++) = {burst, row, is_write};
    writes_ += is_write;
  }
  // Whether the entry appended last leaves the wishes as they were.
  bool is_last_of_no_account(const Wishes& wishes) const {
    if (size_ == 1) return false;
    const Entry& last = at(size_ - 1);
    return !is_open_ || last.row != open_row_ || (last.is_write ? wishes.write : wishes.read) != kNone;
  }

  void activate() {
    is_open_ = true;
    open_row_ = at(0).row;
    hits_ = 0;
  }
  void precharge() {
    is_open_ = false;
    hits_ = 0;
  }
  // Takes the entry out of the queue: its data is on its way.
  BurstIndex access(uint32_t entry) {
    const Entry taken = at(entry);
    for (uint32_t i = entry; i > 0; --i) at(i) = at(i - 1);
    begin_ = (begin_ + 1) % kDramDeepestBankQueue;
    --size_;
    writes_ -= taken.is_write;
    ++hits_;
    return taken.burst;
  }

  // The first entry reads the open row, and none writes.
  bool reads_on() const { return size_ > 0 && writes_ == 0 && is_open_ && at(0).row == open_row_; }

  // An access of the open row overtakes older ones of other rows, until the row has had `row_hit_limit`
  // accesses.
  Wishes wishes(uint32_t row_hit_limit) const {
    Wishes wishes;
    if (size_ == 0) return wishes;
    if (!is_open_) {
      wishes.activate = true;
      return wishes;
    }
    wishes.read = first_hit(false, size_ - writes_);
    wishes.write = first_hit(true, writes_);
    const bool any_hit = wishes.read != kNone || wishes.write != kNone;
    wishes.precharge = at(0).row != open_row_ && (!any_hit || hits_ >= row_hit_limit);
    return wishes;
  }

 private:
  struct Entry {
    BurstIndex burst = kNoBurst;
    uint32_t row = 0;
    bool is_write = false;
  };

  Entry& at(uint32_t entry) { return entries_[(begin_ + entry) % kDramDeepestBankQueue]; }
  const Entry& at(uint32_t entry) const { return entries_[(begin_ + entry) % kDramDeepestBankQueue]; }

  // Of `count` entries of one direction, the first of the open row.
  uint8_t first_hit(bool is_write, uint32_t count) const {
    for (uint32_t i = 0; count > 0; ++i) {
      const Entry& entry = at(i);
      if (entry.is_write != is_write) continue;
      if (entry.row == open_row_) return static_cast<uint8_t>(i);
      --count;
    }
    return kNone;
  }

  std::array<Entry, kDramDeepestBankQueue> entries_;
  uint32_t begin_ = 0, size_ = 0;
  uint32_t writes_ = 0;  // of the entries
  uint32_t open_row_ = 0;
  uint32_t hits_ = 0;
  bool is_open_ = false;
};

}  // namespace mmasim::models
