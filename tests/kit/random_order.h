// Executes a program in an order drawn by chance among those its tokens allow: DMA as early or as late as can
// be, array and vector work as late after its issue as can be. A wait that lowering forgot shows as other
// bytes.
#pragma once

#include <deque>
#include <random>
#include <stdexcept>
#include <vector>

#include "isa/encoding/codec.h"
#include "isa/executor/core/execute_core.h"
#include "isa/program.h"

namespace mmasim::tests {

class RandomOrder {
 public:
  RandomOrder(const isa::Program& program, const isa::MemoryView& memory, uint32_t seed)
      : program_(program),
        memory_(memory),
        state_(program.machine),
        queues_(program.machine.dma_channels),
        tokens_(program.machine.tokens, 0),
        random_(seed) {}

  void run() {
    fetch();
    while (!ended_ || busy()) {
      // Long runs of one unit, so that the others fall far behind.
      const auto unit = random_() % 5;
      for (auto burst = random_() % 40 + 1; burst > 0 && step(unit); --burst) {
      }
      if (++idle_ > 100000) throw std::logic_error("random order: nothing moves");
    }
  }

 private:
  bool busy() const {
    for (const auto& queue : queues_) {
      if (!queue.empty()) return true;
    }
    return !issued_.empty();
  }
  void fetch() {
    if (!ended_) instruction_ = isa::decode(program_.code, offset_);
  }
  bool reached(uint16_t token, uint32_t count) const { return token == 0 || tokens_[token] >= count; }
  void signal(uint16_t token) {
    if (token != 0) ++tokens_[token];
    idle_ = 0;
  }
  bool step(size_t unit) { return unit == 0 ? step_core() : unit == 1 ? retire() : step_channel(unit - 2); }

  // Array and vector work and signals, in the order of their issue.
  bool retire() {
    if (issued_.empty()) return false;
    if (const auto* done = std::get_if<isa::SyncSignal>(&issued_.front())) {
      signal(done->token);
    } else {
      isa::execute_core(issued_.front(), state_, memory_);
    }
    issued_.pop_front();
    idle_ = 0;
    return true;
  }

  bool step_core() {
    if (ended_) return false;
    if (const auto* wait = std::get_if<isa::SyncWait>(&instruction_)) {
      if (!reached(wait->token, wait->count)) return false;
    } else if (const auto* held = std::get_if<isa::DmaWait>(&instruction_)) {
      if (!enqueue(held->channel)) return false;
    } else if (const auto* copy = std::get_if<isa::DmaCopy>(&instruction_)) {
      if (!enqueue(copy->channel)) return false;
    } else if (const auto* fill = std::get_if<isa::DmaFill>(&instruction_)) {
      if (!enqueue(fill->channel)) return false;
    } else if (std::holds_alternative<isa::CtlEnd>(instruction_)) {
      ended_ = true;
      return false;
    } else if (!std::holds_alternative<isa::CtlLayer>(instruction_)) {
      issued_.push_back(instruction_);
    }
    idle_ = 0;
    fetch();
    return true;
  }

  bool enqueue(uint8_t channel) {
    if (queues_[channel].size() >= program_.machine.dma_queue_entries) return false;
    queues_[channel].push_back(instruction_);
    return true;
  }

  bool step_channel(size_t channel) {
    if (queues_[channel].empty()) return false;
    const auto& head = queues_[channel].front();
    if (const auto* wait = std::get_if<isa::DmaWait>(&head)) {
      if (!reached(wait->token, wait->count)) return false;
    } else if (const auto* copy = std::get_if<isa::DmaCopy>(&head)) {
      isa::execute_dma(*copy, memory_);
      signal(copy->signal);
    } else if (const auto* fill = std::get_if<isa::DmaFill>(&head)) {
      isa::execute_dma(*fill, memory_);
      signal(fill->signal);
    }
    queues_[channel].pop_front();
    return true;
  }

  const isa::Program& program_;
  const isa::MemoryView& memory_;
  isa::CoreState state_;
  std::vector<std::deque<isa::Instruction>> queues_;
  std::deque<isa::Instruction> issued_;
  std::vector<uint32_t> tokens_;
  std::mt19937 random_;
  isa::Instruction instruction_;
  size_t offset_ = 0;
  uint64_t idle_ = 0;
  bool ended_ = false;
};

inline void run_in_random_order(const isa::Program& program, const isa::MemoryView& memory, uint32_t seed) {
  RandomOrder(program, memory, seed).run();
}

}  // namespace mmasim::tests
