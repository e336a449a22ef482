// What the core has issued and not yet carried out for the rest of the SoC: signals that wait for their
// cycle, and behind them the values of the instructions that follow. Instructions take effect on memory in
// program order with the signals, so that whoever looks at a signal sees memory as it is then, however far
// ahead the core's time is.
#pragma once

#include <deque>
#include <functional>
#include <variant>

#include "isa/instruction.h"
#include "models/kit/clock.h"
#include "models/kit/token_board.h"

namespace mmasim::models {

class RetireQueue {
 public:
  using Compute = std::function<void(const isa::Instruction&)>;

  RetireQueue(const Clock& clock, TokenBoard& tokens, Compute compute)
      : clock_(clock), tokens_(tokens), compute_(std::move(compute)) {}

  bool empty() const { return queue_.empty(); }
  const sc_core::sc_event& due() const { return due_; }  // call retire_due() then
  const sc_core::sc_event& emptied() const { return emptied_; }

  void compute(const isa::Instruction& instruction);  // now, or behind the signals that wait
  void signal(uint16_t token, uint64_t cycle);        // cycles never decrease
  void retire_due();

 private:
  struct Signal {
    uint16_t token;
    uint64_t cycle;
  };
  void plan();

  const Clock clock_;
  TokenBoard& tokens_;
  const Compute compute_;
  std::deque<std::variant<Signal, isa::Instruction>> queue_;  // begins with a signal
  sc_core::sc_event due_, emptied_;
};

}  // namespace mmasim::models
