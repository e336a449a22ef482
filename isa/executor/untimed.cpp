// The untimed executor: an order of execution that tokens allow, the same one every time. The core runs until
// it stalls, then every DMA channel in turn until it stalls, and again. That is the order of issue; threads
// may execute in another order that gives the same bytes. Knows nothing of cycles.
#include "isa/executor/untimed.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "isa/encoding/decode.h"
#include "isa/executor/task_issuer.h"
#include "isa/executor/untimed_plan.h"

namespace mmasim::isa {
namespace {

void require_below(uint32_t index, uint32_t count, const char* what, size_t at) {
  if (index >= count)
    throw std::logic_error("instruction " + std::to_string(at) + ": " + what + " " + std::to_string(index) +
                           " of " + std::to_string(count));
}

// verify_program() promised this; a program that breaks it would write outside the machine's tables.
void check_indices(const std::vector<uint8_t>& code, const UntimedStep& step, const Machine& machine) {
  size_t offset = step.byte;
  decode_to(code, offset, [&](const auto& i) {
    using T = std::decay_t<decltype(i)>;
    if constexpr (std::is_same_v<T, SyncWait> || std::is_same_v<T, SyncSignal> || std::is_same_v<T, DmaWait>)
      require_below(i.token, machine.tokens, "token", step.instruction);
    if constexpr (std::is_same_v<T, DmaWait> || std::is_same_v<T, DmaCopy> || std::is_same_v<T, DmaFill>)
      require_below(i.channel, machine.dma_channels, "DMA channel", step.instruction);
    if constexpr (std::is_same_v<T, DmaCopy> || std::is_same_v<T, DmaFill>)
      require_below(i.signal, machine.tokens, "token", step.instruction);
  });
}

// A channel's descriptors in order, as steps of the plan, in slots that are used in turn.
class ChannelQueue {
 public:
  explicit ChannelQueue(size_t entries) : slots_(entries) {}
  void clear() { head_ = count_ = 0; }
  bool is_empty() const { return count_ == 0; }
  bool is_full() const { return count_ == slots_.size(); }
  void push(const UntimedStep* step) { slots_[(head_ + count_++) % slots_.size()] = step; }
  const UntimedStep& front() const { return *slots_[head_]; }
  void pop() { head_ = (head_ + 1) % slots_.size(), --count_; }

 private:
  std::vector<const UntimedStep*> slots_;
  size_t head_ = 0, count_ = 0;
};

}  // namespace

struct UntimedMachine::Impl {
  Impl(const Program& program, Scoreboard& scoreboard, size_t bytes_of_part)
      : code(program.code),
        machine(program.machine),
        planner(program),
        part_bytes(bytes_of_part),
        issuer(program, scoreboard),
        queues(program.machine.dma_channels, ChannelQueue(program.machine.dma_queue_entries)),
        counts(program.machine.tokens) {
    plan_part();
  }

  void run(const MemoryView& view, const TokenWatcher& watch);
  bool run_core();
  bool run_channel(ChannelQueue& queue);
  void plan_part();
  bool is_at_end();
  bool all_done();
  std::string stalls() const;
  Instruction instruction_of(const UntimedStep& step) const {
    size_t offset = step.byte;
    return decode(code, offset);
  }

  // Each returns whether the core may go on to its next step.
  bool step(const UntimedStep& step);
  bool step(const SyncWait& wait) { return is_reached(wait.token, wait.count); }
  bool step(const SyncSignal& signal) { return add_one(signal.token), true; }
  bool step(const CtlLayer&) { return true; }
  bool step(const CtlEnd&) { return true; }
  bool step(const DmaWait& wait) { return enqueue(wait.channel); }
  bool step(const DmaCopy& copy) { return enqueue(copy.channel); }
  bool step(const DmaFill& fill) { return enqueue(fill.channel); }
  template <class CoreInstruction>
  bool step(const CoreInstruction& i) {
    return issuer.issue(i), true;
  }

  // Each returns whether the channel may go on.
  bool run_descriptor(const DmaWait& wait, size_t) {
    issuer.end_batch();
    return is_reached(wait.token, wait.count);
  }
  bool run_descriptor(const DmaCopy& copy, size_t byte) {
    issuer.issue(copy, byte);
    return add_one(copy.signal), true;
  }
  bool run_descriptor(const DmaFill& fill, size_t byte) {
    issuer.issue(fill, byte);
    return add_one(fill.signal), true;
  }
  template <class Other>
  bool run_descriptor(const Other&, size_t) {
    throw std::logic_error(std::string(Other::mnemonic) + " in a DMA channel's queue");
  }

  bool is_reached(uint16_t token, uint32_t count) const { return token == 0 || counts[token] >= count; }
  void add_one(uint16_t token);
  bool enqueue(uint8_t channel);

  const std::vector<uint8_t>& code;
  const Machine machine;
  UntimedPlanner planner;
  const size_t part_bytes;
  std::deque<UntimedPlan> parts_of_plan;  // planned when first reached
  TaskIssuer issuer;
  std::vector<ChannelQueue> queues;
  std::vector<uint32_t> counts;
  size_t part = 0, next = 0;  // the core's next step, in a part of the plan
  const TokenWatcher* watcher = nullptr;
};

void UntimedMachine::Impl::add_one(uint16_t token) {
  if (token == 0) return;
  ++counts[token];
  if (!*watcher) return;
  issuer.finish();
  (*watcher)(token, counts[token]);
}

bool UntimedMachine::Impl::enqueue(uint8_t channel) {
  if (queues[channel].is_full()) return false;
  queues[channel].push(&parts_of_plan[part].steps[next]);
  return true;
}

bool UntimedMachine::Impl::step(const UntimedStep& of_plan) {
  size_t offset = of_plan.byte;
  if (of_plan.fused_run == UntimedStep::kNotFused)
    return decode_to(code, offset, [this](const auto& i) { return step(i); });
  const ArrayPlan& plan = parts_of_plan[part].array;
  issuer.issue(plan, plan.fused_runs[of_plan.fused_run]);
  return true;
}

void UntimedMachine::Impl::plan_part() {
  parts_of_plan.push_back(planner.next(part_bytes));
  for (const UntimedStep& step : parts_of_plan.back().steps)
    if (step.fused_run == UntimedStep::kNotFused) check_indices(code, step, machine);
}

// Goes on to the next part, and plans it, if this one has ended.
bool UntimedMachine::Impl::is_at_end() {
  while (next == parts_of_plan[part].steps.size()) {
    if (part + 1 == parts_of_plan.size() && !planner.has_more()) return true;
    if (part + 1 == parts_of_plan.size()) plan_part();
    ++part, next = 0;
  }
  return false;
}

// Both return whether the unit did anything.
bool UntimedMachine::Impl::run_core() {
  bool moved = false;
  for (; !is_at_end() && step(parts_of_plan[part].steps[next]); moved = true) ++next;
  return moved;
}

bool UntimedMachine::Impl::run_channel(ChannelQueue& queue) {
  bool moved = false;
  for (; !queue.is_empty(); queue.pop(), moved = true) {
    const size_t byte = queue.front().byte;
    size_t offset = byte;
    if (!decode_to(code, offset, [&](const auto& i) { return run_descriptor(i, byte); })) break;
  }
  issuer.end_batch();
  return moved;
}

bool UntimedMachine::Impl::all_done() {
  for (const auto& queue : queues)
    if (!queue.is_empty()) return false;
  return is_at_end();
}

std::string UntimedMachine::Impl::stalls() const {
  const auto waiting = [this](size_t index, uint16_t token, uint32_t count) {
    return "instruction " + std::to_string(index) + " waits for token " + std::to_string(token) +
           " to reach " + std::to_string(count) + ", it is at " + std::to_string(counts[token]);
  };
  std::string text = "deadlock";
  if (next < parts_of_plan[part].steps.size()) {
    const uint32_t index = parts_of_plan[part].steps[next].instruction;
    const Instruction instruction = instruction_of(parts_of_plan[part].steps[next]);
    const auto* wait = std::get_if<SyncWait>(&instruction);
    text += wait ? "; core: " + waiting(index, wait->token, wait->count)
                 : "; core: instruction " + std::to_string(index) + " (" + mnemonic(instruction) +
                       ") waits for a free entry in its DMA channel's queue of " +
                       std::to_string(machine.dma_queue_entries);
  }
  for (size_t channel = 0; channel < queues.size(); ++channel) {
    if (queues[channel].is_empty()) continue;
    const uint32_t index = queues[channel].front().instruction;
    const Instruction instruction = instruction_of(queues[channel].front());
    const auto& wait = std::get<DmaWait>(instruction);
    text += "; DMA channel " + std::to_string(channel) + ": " + waiting(index, wait.token, wait.count);
  }
  return text;
}

void UntimedMachine::Impl::run(const MemoryView& view, const TokenWatcher& watch) {
  watcher = &watch;
  part = next = 0;
  for (auto& queue : queues) queue.clear();
  std::fill(counts.begin(), counts.end(), 0);
  issuer.restart(view);
  try {
    while (!all_done()) {
      bool moved = run_core();
      for (auto& queue : queues) moved |= run_channel(queue);
      if (!moved) throw Deadlock(stalls());
    }
    issuer.finish();
  } catch (...) {
    issuer.abandon();  // the memory may go
    throw;
  }
}

UntimedMachine::UntimedMachine(const Program& program, unsigned threads, size_t part_bytes)
    : scoreboard_(std::make_unique<Scoreboard>(threads)),
      impl_(std::make_unique<Impl>(program, *scoreboard_, part_bytes)) {}
UntimedMachine::UntimedMachine(const Program& program, Scoreboard& scoreboard)
    : impl_(std::make_unique<Impl>(program, scoreboard, kPartBytes)) {}
UntimedMachine::~UntimedMachine() = default;
void UntimedMachine::run(const MemoryView& memory, const TokenWatcher& watcher) {
  impl_->run(memory, watcher);
}
uint64_t UntimedMachine::overflow_count() const { return impl_->issuer.overflow_count(); }

}  // namespace mmasim::isa
