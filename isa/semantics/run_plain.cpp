#include "isa/semantics/run_plain.h"

#include <deque>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "isa/encoding/codec.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa {
namespace {

class PlainRun {
 public:
  PlainRun(const Program& program, const MemoryView& memory)
      : program_(program),
        memory_(memory),
        registers_(program.machine),
        queues_(program.machine.dma_channels),
        counts_(program.machine.tokens) {}

  uint64_t run() {
    while (!is_done()) {
      bool has_moved = run_core();
      for (auto& queue : queues_) has_moved |= run_channel(queue);
      if (!has_moved) throw Deadlock(stalls());
    }
    return registers_.overflow_count;
  }

 private:
  using Queue = std::deque<Instruction>;  // a channel's descriptors in order

  bool is_at_end() const { return has_ended_ || offset_ == program_.code.size(); }
  bool is_done() const {
    for (const Queue& queue : queues_)
      if (!queue.empty()) return false;
    return is_at_end();
  }
  bool is_reached(uint16_t token, uint32_t count) const { return token == 0 || counts_.at(token) >= count; }
  bool signal(uint16_t token) {
    if (token != 0) ++counts_.at(token);
    return true;
  }

  // Both return whether the unit did anything.
  bool run_core() {
    bool has_moved = false;
    while (!is_at_end()) {
      size_t next = offset_;
      const Instruction instruction = decode(program_.code, next);
      if (!std::visit([&](const auto& i) { return step(i); }, instruction)) break;
      offset_ = next;
      has_moved = true;
    }
    return has_moved;
  }
  bool run_channel(Queue& queue) {
    bool has_moved = false;
    for (; !queue.empty(); queue.pop_front(), has_moved = true)
      if (!std::visit([&](const auto& i) { return serve(i); }, queue.front())) break;
    return has_moved;
  }

  // Each returns whether the core may go on to its next instruction.
  bool step(const CtlLayer&) { return true; }
  bool step(const CtlEnd&) { return has_ended_ = true; }
  bool step(const SyncWait& wait) { return is_reached(wait.token, wait.count); }
  bool step(const SyncSignal& done) { return signal(done.token); }
  bool step(const DmaWait& wait) { return enqueue(wait.channel, wait); }
  bool step(const DmaCopy& copy) { return enqueue(copy.channel, copy); }
  bool step(const DmaFill& fill) { return enqueue(fill.channel, fill); }
  template <class CoreInstruction>
  bool step(const CoreInstruction& i) {
    semantics::execute(i, registers_, memory_);
    return true;
  }
  bool enqueue(uint8_t channel, const Instruction& descriptor) {
    Queue& queue = queues_.at(channel);
    if (queue.size() == program_.machine.dma_queue_entries) return false;
    queue.push_back(descriptor);
    return true;
  }

  // Each returns whether the channel may go on to its next descriptor.
  bool serve(const DmaWait& wait) { return is_reached(wait.token, wait.count); }
  template <class Descriptor>
  bool serve(const Descriptor& descriptor) {
    if constexpr (std::is_same_v<Descriptor, DmaCopy> || std::is_same_v<Descriptor, DmaFill>) {
      semantics::execute(descriptor, memory_);
      return signal(descriptor.signal);
    }
    throw std::logic_error(std::string(Descriptor::mnemonic) + " in a DMA channel's queue");
  }

  std::string stalls() const {
    std::string text = "deadlock";
    size_t offset = offset_;
    if (!is_at_end())
      text +=
          "; the core at byte " + std::to_string(offset_) + ", " + mnemonic(decode(program_.code, offset));
    for (size_t channel = 0; channel < queues_.size(); ++channel)
      if (!queues_[channel].empty())
        text += "; DMA channel " + std::to_string(channel) + " at " + mnemonic(queues_[channel].front());
    return text;
  }

  const Program& program_;
  const MemoryView& memory_;
  semantics::Registers registers_;
  std::vector<Queue> queues_;
  std::vector<uint32_t> counts_;
  size_t offset_ = 0;  // of the core's next instruction in the code
  bool has_ended_ = false;
};

}  // namespace

uint64_t run_plain(const Program& program, const MemoryView& memory) {
  return PlainRun(program, memory).run();
}

}  // namespace mmasim::isa
