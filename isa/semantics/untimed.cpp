// The untimed executor: an order of execution that tokens allow, the same one every time. The core runs until
// it stalls, then every DMA channel in turn until it stalls, and again. Knows nothing of cycles.
#include "isa/semantics/untimed.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "isa/codec.h"
#include "isa/semantics/array_run.h"
#include "isa/semantics/dsp.h"
#include "isa/semantics/registers.h"
#include "isa/semantics/split.h"

namespace mmasim::isa {
namespace {

InstructionList decode_all(const Program& program) {
  InstructionList instructions;
  instructions.reserve(std::min<uint64_t>(program.instruction_count, program.code.size()));
  for (size_t offset = 0; offset < program.code.size();) {
    instructions.push_back(decode(program.code, offset));
    if (std::holds_alternative<CtlEnd>(instructions.back())) break;
  }
  return instructions;
}

void require_below(uint32_t index, uint32_t count, const char* what, size_t at) {
  if (index >= count)
    throw std::logic_error("instruction " + std::to_string(at) + ": " + what + " " + std::to_string(index) +
                           " of " + std::to_string(count));
}

// verify_program() promised this; a program that breaks it would write outside the machine's tables.
void check_indices(const InstructionList& instructions, const Machine& machine) {
  for (size_t at = 0; at < instructions.size(); ++at)
    std::visit(
        [&](const auto& i) {
          using T = std::decay_t<decltype(i)>;
          if constexpr (std::is_same_v<T, SyncWait> || std::is_same_v<T, SyncSignal> ||
                        std::is_same_v<T, DmaWait>)
            require_below(i.token, machine.tokens, "token", at);
          if constexpr (std::is_same_v<T, DmaWait> || std::is_same_v<T, DmaCopy> ||
                        std::is_same_v<T, DmaFill>)
            require_below(i.channel, machine.dma_channels, "DMA channel", at);
          if constexpr (std::is_same_v<T, DmaCopy> || std::is_same_v<T, DmaFill>)
            require_below(i.signal, machine.tokens, "token", at);
        },
        instructions[at]);
}

// A channel's descriptors in order, as indices into the program. The slots are reused round and round.
class ChannelQueue {
 public:
  explicit ChannelQueue(size_t entries) : slots_(entries) {}
  void clear() { head_ = count_ = 0; }
  bool is_empty() const { return count_ == 0; }
  bool is_full() const { return count_ == slots_.size(); }
  void push(uint32_t index) { slots_[(head_ + count_++) % slots_.size()] = index; }
  uint32_t front() const { return slots_[head_]; }
  void pop() { head_ = (head_ + 1) % slots_.size(), --count_; }

 private:
  std::vector<uint32_t> slots_;
  size_t head_ = 0, count_ = 0;
};

}  // namespace

struct UntimedMachine::Impl {
  Impl(const Program& program, unsigned threads)
      : machine(program.machine),
        instructions(decode_all(program)),
        state(program.machine),
        team(threads > 1 ? std::make_unique<Team>(threads) : nullptr),
        array(instructions, machine, team.get()),
        workers(team ? team->size() : 1),
        queues(program.machine.dma_channels, ChannelQueue(program.machine.dma_queue_entries)),
        counts(program.machine.tokens) {
    check_indices(instructions, machine);
  }

  void run(const MemoryView& view, const TokenWatcher& watch);
  bool run_core();
  bool run_channel(ChannelQueue& queue);
  bool all_done() const;
  std::string stalls() const;

  // Each returns whether the unit may go on to its next instruction.
  bool step(const SyncWait& wait) { return is_reached(wait.token, wait.count); }
  bool step(const SyncSignal& signal) { return add_one(signal.token), true; }
  bool step(const CtlLayer&) { return true; }
  bool step(const CtlEnd&) { return true; }
  bool step(const DmaWait& wait) { return enqueue(wait.channel); }
  bool step(const DmaCopy& copy) { return enqueue(copy.channel); }
  bool step(const DmaFill& fill) { return enqueue(fill.channel); }
  bool step(const DspAdd& i) { return split_dsp(i), true; }
  bool step(const DspPoolMax& i) { return split_dsp(i), true; }
  bool step(const DspDepthwise& i);
  template <class CoreInstruction>
  bool step(const CoreInstruction&) {
    return execute_core(instructions[next], state, *memory), true;
  }

  template <class DspInstruction>
  void split_dsp(const DspInstruction& i);
  void copy(const DmaCopy& copy);
  // Parts that there are, for all of the team to have one or more.
  uint32_t parts() const { return team ? 2 * team->size() : 1; }

  bool is_reached(uint16_t token, uint32_t count) const { return token == 0 || counts[token] >= count; }
  void add_one(uint16_t token);
  bool enqueue(uint8_t channel);

  const Machine machine;
  const InstructionList instructions;
  CoreState state;
  const std::unique_ptr<Team> team;
  ArrayRunner array;
  std::vector<Worker> workers;
  std::vector<ChannelQueue> queues;
  std::vector<uint32_t> counts;
  size_t next = 0;  // the core's instruction
  const MemoryView* memory = nullptr;
  const TokenWatcher* watcher = nullptr;
};

void UntimedMachine::Impl::add_one(uint16_t token) {
  if (token == 0) return;
  ++counts[token];
  if (*watcher) (*watcher)(token, counts[token]);
}

bool UntimedMachine::Impl::enqueue(uint8_t channel) {
  if (queues[channel].is_full()) return false;
  queues[channel].push(static_cast<uint32_t>(next));
  return true;
}

template <class DspInstruction>
void UntimedMachine::Impl::split_dsp(const DspInstruction& i) {
  if (!team) return isa::execute(i, state.registers(), *memory);
  const auto pieces = split(i, parts());
  team->run(static_cast<uint32_t>(pieces.size()),
            [&](unsigned, uint32_t piece) { isa::execute(pieces[piece], state.registers(), *memory); });
}

bool UntimedMachine::Impl::step(const DspDepthwise& i) {
  CoreState::Registers& registers = state.registers();
  const auto pieces = team ? split(i, registers.dsp_stage, parts()) : std::vector<DspDepthwise>{};
  if (pieces.size() < 2) return isa::execute(i, registers, *memory), true;
  team->run(static_cast<uint32_t>(pieces.size()), [&](unsigned member, uint32_t piece) {
    isa::execute(pieces[piece], registers.dsp_stage, workers[member], *memory);
  });
  for (Worker& worker : workers) registers.take_counts(worker);
  return true;
}

void UntimedMachine::Impl::copy(const DmaCopy& copy) {
  if (!team) return execute_dma(copy, *memory);
  const auto pieces = split(copy, parts());
  team->run(static_cast<uint32_t>(pieces.size()),
            [&](unsigned, uint32_t piece) { execute_dma(pieces[piece], *memory); });
}

// Both return whether the unit did anything.
bool UntimedMachine::Impl::run_core() {
  const size_t first = next;
  while (next < instructions.size()) {
    const size_t behind = array.execute(next, state.registers(), *memory);
    if (behind == next && !std::visit([this](const auto& i) { return step(i); }, instructions[next])) break;
    next = std::max(behind, next + 1);
  }
  return next != first;
}

bool UntimedMachine::Impl::run_channel(ChannelQueue& queue) {
  bool moved = false;
  for (; !queue.is_empty(); queue.pop(), moved = true) {
    const Instruction& entry = instructions[queue.front()];
    if (const auto* wait = std::get_if<DmaWait>(&entry)) {
      if (!is_reached(wait->token, wait->count)) break;
    } else if (const auto* copy = std::get_if<DmaCopy>(&entry)) {
      this->copy(*copy);
      add_one(copy->signal);
    } else if (const auto* fill = std::get_if<DmaFill>(&entry)) {
      execute_dma(*fill, *memory);
      add_one(fill->signal);
    }
  }
  return moved;
}

bool UntimedMachine::Impl::all_done() const {
  for (const auto& queue : queues)
    if (!queue.is_empty()) return false;
  return next == instructions.size();
}

std::string UntimedMachine::Impl::stalls() const {
  const auto waiting = [this](size_t index, uint16_t token, uint32_t count) {
    return "instruction " + std::to_string(index) + " waits for token " + std::to_string(token) +
           " to reach " + std::to_string(count) + ", it is at " + std::to_string(counts[token]);
  };
  std::string text = "deadlock";
  if (next < instructions.size()) {
    const auto* wait = std::get_if<SyncWait>(&instructions[next]);
    text += wait ? "; core: " + waiting(next, wait->token, wait->count)
                 : "; core: instruction " + std::to_string(next) + " (" + mnemonic(instructions[next]) +
                       ") waits for a free entry in its DMA channel's queue of " +
                       std::to_string(machine.dma_queue_entries);
  }
  for (size_t channel = 0; channel < queues.size(); ++channel) {
    if (queues[channel].is_empty()) continue;
    const uint32_t index = queues[channel].front();
    const auto& wait = std::get<DmaWait>(instructions[index]);
    text += "; DMA channel " + std::to_string(channel) + ": " + waiting(index, wait.token, wait.count);
  }
  return text;
}

void UntimedMachine::Impl::run(const MemoryView& view, const TokenWatcher& watch) {
  memory = &view;
  watcher = &watch;
  next = 0;
  for (auto& queue : queues) queue.clear();
  std::fill(counts.begin(), counts.end(), 0);
  state.registers().reset();
  array.restart();
  while (!all_done()) {
    bool moved = run_core();
    for (auto& queue : queues) moved |= run_channel(queue);
    if (!moved) throw Deadlock(stalls());
  }
}

UntimedMachine::UntimedMachine(const Program& program, unsigned threads)
    : impl_(std::make_unique<Impl>(program, threads)) {}
UntimedMachine::~UntimedMachine() = default;
void UntimedMachine::run(const MemoryView& memory, const TokenWatcher& watcher) {
  impl_->run(memory, watcher);
}
uint64_t UntimedMachine::overflow_count() const { return impl_->state.overflow_count(); }

}  // namespace mmasim::isa
