// A bank-level LPDDR4 controller as a plain object: time is an argument, in DRAM clock cycles; no kernel, no data.
// Open or closed page, first-ready first-come-first-served within per-bank command queues, refresh of all banks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "models/kit/config_field.h"

namespace mmasim::models {

struct DramConfig;  // named timing parameters, geometry, queues, mapping: dram_config.h

// Asks and does: submit() at non-decreasing times, advance() to let time pass, completions come out in order of time.
class DramController {
 public:
  explicit DramController(const DramConfig& config);
  ~DramController();

  using Ticket = uint64_t;
  struct Completion {
    Ticket ticket;
    uint64_t cycle;  // last data on the bus (reads) or accepted and written (writes)
  };
  struct Stats {
    uint64_t reads_done = 0, writes_done = 0;  // bursts
    uint64_t activates = 0, precharges = 0, refreshes = 0;
    uint64_t read_row_hits = 0;
    uint64_t read_latency_cycles = 0;  // summed over bursts, from acceptance into the transaction queue to last data
    uint64_t busy_cycles = 0;          // data bus occupied
  };

  // A contiguous request of any length; it is split into bursts, which enter the transaction queue in order as it has
  // room. `now` is at least every earlier `now`. Wakes and completions known before may change, later ones only.
  Ticket submit(uint64_t address, uint64_t bytes, bool is_write, uint64_t now);

  // The cycle until which the caller may let time pass before it calls advance() again: no completion lies before it
  // unless something is submitted. UINT64_MAX when idle.
  uint64_t next_event() const;

  // Decides everything that happens up to and including `now`; appends completions with cycle <= now.
  void advance(uint64_t now, std::vector<Completion>& completions);

  const Stats& stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mmasim::models
