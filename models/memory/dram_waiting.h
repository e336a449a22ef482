// The transaction queue of one direction: bursts accepted but not yet commands, oldest first, findable by
// bank. One for reads, one (the write buffer) for writes.
#pragma once

#include <array>
#include <cstdint>

#include "models/memory/dram_burst.h"
#include "models/memory/dram_config.h"

namespace mmasim::models {

class DramWaiting {
 public:
  uint32_t size() const { return size_; }
  uint64_t banks() const { return banks_; }  // the set of banks somebody waits for
  BurstIndex head(uint32_t bank) const { return lists_[bank].head; }

  // The bank of a set (not empty, all of them waited for) whose oldest burst is the oldest of all.
  uint32_t oldest(uint64_t banks) const {
    uint32_t best = static_cast<uint32_t>(__builtin_ctzll(banks));
    for (banks &= banks - 1; banks != 0; banks &= banks - 1) {
      const auto bank = static_cast<uint32_t>(__builtin_ctzll(banks));
      if (lists_[bank].head_accepted < lists_[best].head_accepted) best = bank;
    }
    return best;
  }

  void append(DramBurstPool& pool, BurstIndex index) {
    DramBurst& burst = pool[index];
    burst.next = kNoBurst;
    List& list = lists_[burst.bank];
    if (list.head == kNoBurst) {
      list.head = index;
      list.head_accepted = burst.accepted;
      banks_ |= uint64_t{1} << burst.bank;
    } else {
      pool[list.tail].next = index;
    }
    list.tail = index;
    ++size_;
  }

  BurstIndex take(const DramBurstPool& pool, uint32_t bank) {
    List& list = lists_[bank];
    const BurstIndex index = list.head;
    list.head = pool[index].next;
    if (list.head == kNoBurst) {
      banks_ &= ~(uint64_t{1} << bank);
    } else {
      list.head_accepted = pool[list.head].accepted;
    }
    --size_;
    return index;
  }

 private:
  struct List {
    BurstIndex head = kNoBurst, tail = kNoBurst;
    uint64_t head_accepted = 0;
  };
  std::array<List, kDramMostBanks> lists_;
  uint64_t banks_ = 0;
  uint32_t size_ = 0;
};

}  // namespace mmasim::models
