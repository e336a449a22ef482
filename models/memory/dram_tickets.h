// Outstanding requests of all channels: how many of their bursts are undecided, and the completions already
// certain. The reader takes completions in order of time, equal times in order of submission.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/memory/dram_controller.h"
#include "models/memory/ring.h"

namespace mmasim::models {

class DramTickets {
 public:
  static constexpr uint64_t kNever = UINT64_MAX;

  DramController::Ticket open(uint64_t bursts, uint64_t now) {
    const DramController::Ticket ticket = first_ + outstanding_.size();
    outstanding_.push_back({bursts, now});
    if (bursts == 0) complete(ticket, now);
    return ticket;
  }

  void burst_done(DramController::Ticket ticket, uint64_t cycle) {
    Outstanding& request = outstanding_[ticket - first_];
    request.cycle = std::max(request.cycle, cycle);
    if (--request.bursts == 0) complete(ticket, request.cycle);
  }

  uint64_t next_completion() const {
    const uint64_t cycle = in_order_.empty() ? kNever : in_order_.front().cycle;
    return strays_.empty() ? cycle : std::min(cycle, strays_.front().cycle);
  }

  void take(uint64_t now, std::vector<DramController::Completion>& completions) {
    while (next_completion() <= now) completions.push_back(take_next());
  }

 private:
  struct Outstanding {
    uint64_t bursts = 0;
    uint64_t cycle = 0;  // last data of the bursts decided so far
  };

  static bool later(const DramController::Completion& a, const DramController::Completion& b) {
    return a.cycle != b.cycle ? a.cycle > b.cycle : a.ticket > b.ticket;
  }
  void complete(DramController::Ticket ticket, uint64_t cycle) {
    const DramController::Completion completion{ticket, cycle};
    if (in_order_.empty() || later(completion, in_order_.back())) {
      in_order_.push_back(completion);
    } else {
      strays_.push_back(completion);
      std::push_heap(strays_.begin(), strays_.end(), later);
    }
    for (; !outstanding_.empty() && outstanding_.front().bursts == 0; ++first_) outstanding_.pop_front();
  }
  DramController::Completion take_next() {
    if (strays_.empty() || (!in_order_.empty() && later(strays_.front(), in_order_.front()))) {
      const DramController::Completion next = in_order_.front();
      in_order_.pop_front();
      return next;
    }
    std::pop_heap(strays_.begin(), strays_.end(), later);
    const DramController::Completion next = strays_.back();
    strays_.pop_back();
    return next;
  }

  Ring<Outstanding> outstanding_;
  DramController::Ticket first_ = 0;  // the ticket at the front of outstanding_
  // Completions that are certain: most become so in order of time; the others are in a heap, soonest first.
  Ring<DramController::Completion> in_order_;
  std::vector<DramController::Completion> strays_;
};

}  // namespace mmasim::models
