// The array's time, as an object that is asked and told: no SystemC, no values. All cycles are of the core
// clock.
//
// Three units work beside each other, each in order: the loader (one B row a cycle), the stream (one A vector
// a cycle) and the transfer (one C row a cycle, or more cycles where a row is wider than the store). Banks
// alone order them:
//   - a panel is streamed against when it is loaded whole, and overwritten when its last stream has ended;
//   - a C bank is transferred when its last stream has ended, and written again when its last transfer has
//   ended.
// A product of M x N blocks, K panels deep, with S rows in each then takes
//   open + S + M*N*K*S + M*N*block + S + drain + close        (hardware.md 2)
// as every load but the first and every transfer but the last hides behind streams.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "isa/machine.h"
#include "models/mma/mma_config.h"

namespace mmasim::models {

// Commands of one unit that the core has issued: a full queue takes the next when its oldest has started.
class UnitQueue {
 public:
  explicit UnitQueue(uint32_t entries) : starts_(entries) {}
  uint64_t earliest(uint64_t now) const { return now > starts_[next_] ? now : starts_[next_]; }
  void push(uint64_t start_cycle) {
    starts_[next_] = start_cycle;
    next_ = (next_ + 1) % starts_.size();
  }

 private:
  std::vector<uint64_t> starts_;  // of the last commands, a ring
  size_t next_ = 0;
};

// A bank of S rows is walked whole, however few of them hold anything: partial blocks cost S (hardware.md 2).
// Rows wider than the store take more cycles each.
inline uint64_t walk_cycles(uint32_t panel, uint32_t rows, uint64_t cycles_per_row) {
  return std::max<uint64_t>(panel, rows * cycles_per_row);
}

class MmaPipeline {
 public:
  struct Occupied {
    uint64_t accepted_cycle;  // the core has handed it over
    uint64_t start_cycle, end_cycle;
  };

  MmaPipeline(const MmaConfig& config, const isa::Machine& machine);

  // When the command would start, issued at `now`.
  uint64_t earliest_load(uint32_t b_bank, uint64_t now) const;
  uint64_t earliest_stream(uint32_t b_bank, uint32_t c_bank, bool from_zero, uint64_t now) const;
  uint64_t earliest_transfer(uint32_t c_bank, uint64_t now) const;

  Occupied load(uint32_t b_bank, uint64_t cycles, uint64_t now);
  Occupied stream(uint32_t b_bank, uint32_t c_bank, uint64_t cycles, bool from_zero, uint64_t now);
  Occupied transfer(uint32_t c_bank, uint64_t cycles, uint64_t now);
  Occupied range(uint64_t now);  // stores the range register after the last transfer

  bool is_open() const { return is_open_; }
  void slip(uint64_t cycles);  // every unit of the open array loses so many cycles before its next command

  // Everything issued has ended and its results are in L2.
  uint64_t retired_cycle() const { return retired_cycle_; }
  // Ends the run, so that the next command opens the array again; returns the cycle in which the core is
  // free. `now` if no run is open.
  uint64_t close(uint64_t now);

 private:
  struct BBank {
    uint64_t loaded_cycle = 0, free_cycle = 0;
  };
  struct CBank {
    uint64_t written_cycle = 0, read_cycle = 0;
  };
  uint64_t opened(uint64_t now) const;
  void open(uint64_t now);
  uint64_t block_pause() const { return (pause_carry_ + pause_milli_) / 1000; }
  void retire_at(uint64_t cycle);

  const MmaConfig config_;
  const uint64_t pause_milli_;  // block_cycles in thousandths, so that fractions add up exactly
  std::vector<BBank> b_banks_;
  std::vector<CBank> c_banks_;
  UnitQueue load_queue_, stream_queue_, transfer_queue_;
  uint64_t loader_free_ = 0, stream_free_ = 0, transfer_free_ = 0;
  uint64_t pause_carry_ = 0;
  uint64_t open_cycle_ = 0;  // the array is ready from here on
  bool is_open_ = false;
  uint64_t retired_cycle_ = 0;
};

}  // namespace mmasim::models
