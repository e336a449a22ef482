// A bank-level LPDDR4 controller as a plain object: time is an argument, in DRAM clock cycles; no kernel, no
// data. Open or closed page, first-ready first-come-first-served within per-bank command queues, refresh of
// all banks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct DramConfig;  // named timing parameters, geometry, queues, mapping: dram_config.h

constexpr uint64_t kLatestDramCycle = uint64_t{1} << 60;  // 17 years; later times are a bug of the caller

// Asks and does: submit() at non-decreasing times, advance() to let time pass, completions come out in order
// of time.
class DramController {
 public:
  explicit DramController(const DramConfig& config);
  ~DramController();

  using Ticket = uint64_t;
  struct Completion {
    Ticket ticket;
    uint64_t cycle;  // of a read's last data on the bus; of a write, when the write buffer has all of it
  };
  struct Stats {
    uint64_t reads_done = 0, writes_done = 0;  // bursts
    uint64_t activates = 0, precharges = 0, refreshes = 0;
    uint64_t read_row_hits = 0;        // reads that found their row opened by an earlier request
    uint64_t read_latency_cycles = 0;  // sum over bursts, acceptance to last data
    uint64_t busy_cycles = 0;          // data bus occupied
  };

  // A contiguous request of any length; it is split into bursts, which enter the transaction queue in order
  // as it has room. `now` is at least every earlier `now`. Wakes and completions known before may change,
  // later ones only. Tickets count up from 0.
  Ticket submit(uint64_t address, uint64_t bytes, bool is_write, uint64_t now);

  // The cycle until which the caller may let time pass before it calls advance() again: no completion lies
  // before it unless something is submitted. UINT64_MAX when idle.
  uint64_t next_event() const;

  // Decides everything that happens up to and including `now`; appends completions with cycle <= now.
  void advance(uint64_t now, std::vector<Completion>& completions);

  // The fewest bursts any channel has still to accept: for so many cycles no channel lacks one.
  uint64_t least_backlog_bursts() const;

  // Bursts and latency as of the last advance(); commands may include those next_event() has looked ahead to.
  const Stats& stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mmasim::models
