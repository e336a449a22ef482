// The run over time, in constant memory: bytes at each memory and busy cycles of each unit, in at most 1024
// bins whose width doubles as time grows. Plain data for a picture; totals are the ledger's.
#pragma once

#include <cstdint>
#include <vector>

#include "traces/observer.h"

namespace mmasim::traces {

// Of all cores together.
struct TimelineBin {
  Traffic l2, l3, ddr;
  uint64_t mma_cycles = 0;    // the array streams vectors
  uint64_t dsp_cycles = 0;    // vector instructions
  uint64_t dma_cycles = 0;    // at least one chunk is under way
  uint64_t stall_cycles = 0;  // the core waits, whatever the array does beside it
};

class Timeline final : public Observer {
 public:
  static constexpr uint64_t kMostBins = 1024;

  void on(const Event& event) override;

  uint64_t bin_cycles() const { return bin_cycles_; }  // a bin's width; the last one may be empty at its end
  uint64_t end_cycle() const { return end_cycle_; }    // the last core's program has ended; 0 before
  const std::vector<TimelineBin>& bins() const { return bins_; }

  // The mean rate within a bin, in bytes per core cycle: 1 at 1 GHz is 1 GB/s.
  double bytes_per_cycle(const Traffic& traffic) const;

 private:
  void spread(uint64_t begin, uint64_t end, const Traffic& traffic, Traffic TimelineBin::*memory);
  void add_busy(const Event& event, uint64_t TimelineBin::*unit);
  void make_room(uint64_t end);

  uint64_t bin_cycles_ = 64;
  uint64_t end_cycle_ = 0;
  std::vector<TimelineBin> bins_;
};

}  // namespace mmasim::traces
