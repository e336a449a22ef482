// The dependency tokens: counts that only grow, and who raised each of them last. The core and the DMA
// channels wait on its events.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "isa/semantics/program_run.h"
#include "models/kit/systemc.h"
#include "traces/event.h"

namespace mmasim::models {

// What a waiter for the token was really waiting for.
struct SignalOrigin {
  uint32_t descriptor = 0;                    // its number; 0 if the core raised the token
  traces::Cause cause = traces::Cause::none;  // the slowest memory of the descriptor
  uint64_t start_cycle = 0;                   // the descriptor reached the head of its queue
  uint64_t data_cycle = 0;                    // its first byte moved
  uint64_t access_cycles = 0;                 // of all its accesses, one after another
  uint64_t l2_contention_cycles = 0, l3_contention_cycles = 0;  // of those: waits for others in L2 and L3
};

class TokenBoard {
 public:
  TokenBoard(uint32_t tokens, isa::TokenWatcher watcher);

  bool reached(uint16_t token, uint32_t count) const { return token == 0 || counts_.at(token) >= count; }
  void signal(uint16_t token, const SignalOrigin& origin);
  const SignalOrigin& last_origin(uint16_t token) const { return origins_.at(token); }
  const sc_core::sc_event& changed(uint16_t token) const { return *changed_.at(token); }

  std::string describe_wait(uint16_t token, uint32_t count) const;  // "token 3 count 2 (it is 1)"

 private:
  std::vector<uint32_t> counts_;
  std::vector<SignalOrigin> origins_;
  std::vector<std::unique_ptr<sc_core::sc_event>> changed_;
  isa::TokenWatcher watcher_;
};

}  // namespace mmasim::models
