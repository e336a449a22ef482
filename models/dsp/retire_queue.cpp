#include "models/dsp/retire_queue.h"

namespace mmasim::models {

void RetireQueue::compute(const isa::Instruction& instruction) {
  if (queue_.empty()) {
    compute_(instruction);
  } else {
    queue_.emplace_back(instruction);
  }
}

void RetireQueue::signal(uint16_t token, uint64_t cycle) {
  queue_.emplace_back(Signal{token, cycle});
  if (queue_.size() == 1) plan();
}

void RetireQueue::retire_due() {
  const uint64_t now = clock_.now();
  while (!queue_.empty()) {
    if (const auto* signal = std::get_if<Signal>(&queue_.front())) {
      if (signal->cycle > now) break;
      tokens_.signal(signal->token, SignalOrigin{});
    } else {
      compute_(std::get<isa::Instruction>(queue_.front()));
    }
    queue_.pop_front();
  }
  plan();
}

void RetireQueue::plan() {
  if (queue_.empty()) {
    emptied_.notify(sc_core::SC_ZERO_TIME);
    return;
  }
  const uint64_t cycle = std::get<Signal>(queue_.front()).cycle, now = clock_.now();
  due_.notify(clock_.cycles(cycle > now ? cycle - now : 0));
}

}  // namespace mmasim::models
