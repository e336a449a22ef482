// The untimed executor: an order of execution that tokens allow, the same one every time. The core runs until
// it stalls, then every DMA channel in turn until it stalls, and again. That is the order of issue; threads
// may execute otherwise, as far as bytes do not show it. Knows nothing of cycles.
#include "isa/semantics/untimed.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "isa/decode.h"
#include "isa/semantics/array_run.h"
#include "isa/semantics/dsp.h"
#include "isa/semantics/footprint.h"
#include "isa/semantics/registers.h"
#include "isa/semantics/split.h"
#include "isa/semantics/untimed_plan.h"

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

// A channel's descriptors in order, as steps of the plan. The slots are reused round and round.
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

// Descriptors between two waits of a channel, by their places in the code: mostly those of one tile, which
// wait for the same. They are too short to go each by itself.
struct DmaBatch {
  std::vector<size_t> bytes;
  Footprint footprint;

  void add(size_t byte, const Footprint& of_descriptor) {
    bytes.push_back(byte);
    footprint.add(of_descriptor);
  }
};

template <class T>
void perform_dma(const T& descriptor, const MemoryView& memory) {
  if constexpr (std::is_same_v<T, DmaCopy> || std::is_same_v<T, DmaFill>) execute_dma(descriptor, memory);
}

}  // namespace

struct UntimedMachine::Impl {
  Impl(const Program& program, Scoreboard& on, size_t bytes_of_part)
      : code(program.code),
        machine(program.machine),
        planner(program),
        part_bytes(bytes_of_part),
        state(program.machine),
        scoreboard(on),
        workers(on.threads()),
        array(machine, scoreboard, workers),
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

  // Each returns whether the unit may go on to its next instruction.
  bool step(const UntimedStep& step);
  bool step(const SyncWait& wait) { return is_reached(wait.token, wait.count); }
  bool step(const SyncSignal& signal) { return add_one(signal.token), true; }
  bool step(const CtlLayer&) { return true; }
  bool step(const CtlEnd&) { return true; }
  bool step(const DmaWait& wait) { return enqueue(wait.channel); }
  bool step(const DmaCopy& copy) { return enqueue(copy.channel); }
  bool step(const DmaFill& fill) { return enqueue(fill.channel); }
  bool step(const MmaRange& range);
  bool step(const MmaLoadB& load) { return array.execute(load, state.registers()), true; }
  bool step(const MmaStream& stream) { return execute_alone(stream); }
  bool step(const MmaTransfer& transfer) { return execute_alone(transfer); }
  template <class CoreInstruction>
  bool step(const CoreInstruction& i);

  void run_one_by_one(const ArrayStretch& stretch);
  template <class ArrayInstruction>
  bool execute_alone(const ArrayInstruction& i);
  template <class Dsp>
  std::vector<Dsp> pieces_of(const Dsp& i);
  template <class Dsp>
  void issue_dsp(const Dsp& i);

  // Each returns whether the channel may go on.
  bool run_descriptor(const DmaWait& wait, size_t) {
    issue_batch();
    return is_reached(wait.token, wait.count);
  }
  bool run_descriptor(const DmaCopy& copy, size_t byte);
  bool run_descriptor(const DmaFill& fill, size_t byte);
  template <class Other>
  bool run_descriptor(const Other&, size_t) {
    throw std::logic_error(std::string(Other::mnemonic) + " in a DMA channel's queue");
  }
  template <class Descriptor>
  bool do_descriptor(const Descriptor& descriptor);
  void issue_batch();
  bool is_alone() const { return workers.size() == 1; }
  template <class FootprintOf>
  void before_doing(const FootprintOf& footprint);
  void issue(const Footprint& footprint, size_t pieces, Scoreboard::Work work);
  void finish_all();

  bool is_reached(uint16_t token, uint32_t count) const { return token == 0 || counts[token] >= count; }
  void add_one(uint16_t token);
  bool enqueue(uint8_t channel);

  const std::vector<uint8_t>& code;
  const Machine machine;
  UntimedPlanner planner;
  const size_t part_bytes;
  std::deque<UntimedPlan> parts_of_plan;  // planned when first reached
  CoreState state;
  Scoreboard& scoreboard;
  std::vector<Worker> workers;  // one a thread
  ArrayRunner array;
  std::vector<ChannelQueue> queues;
  std::vector<uint32_t> counts;
  size_t part = 0, next = 0;  // the core's step, of a part of the plan
  DmaBatch batch;             // of the channel that runs
  const MemoryView* memory = nullptr;
  const TokenWatcher* watcher = nullptr;
};

// All that was issued has ended, and what it counted is in the registers.
void UntimedMachine::Impl::finish_all() {
  issue_batch();
  scoreboard.drain();
  for (Worker& worker : workers) state.registers().take_counts(worker);
}

void UntimedMachine::Impl::add_one(uint16_t token) {
  if (token == 0) return;
  ++counts[token];
  if (!*watcher) return;
  finish_all();
  (*watcher)(token, counts[token]);
}

bool UntimedMachine::Impl::enqueue(uint8_t channel) {
  if (queues[channel].is_full()) return false;
  queues[channel].push(&parts_of_plan[part].steps[next]);
  return true;
}

// Alone, work is done where it stands, and only panels that are put off want to know what it writes.
template <class FootprintOf>
void UntimedMachine::Impl::before_doing(const FootprintOf& footprint) {
  if (array.has_put_off()) array.before_writing(footprint().writes, state.registers(), *memory);
}

void UntimedMachine::Impl::issue(const Footprint& footprint, size_t pieces, Scoreboard::Work work) {
  array.before_writing(footprint.writes, state.registers(), *memory);
  scoreboard.issue(footprint, static_cast<uint32_t>(pieces), std::move(work));
}

template <class Dsp>
std::vector<Dsp> UntimedMachine::Impl::pieces_of(const Dsp& i) {
  if constexpr (std::is_same_v<Dsp, DspAdd> || std::is_same_v<Dsp, DspDepthwise> ||
                std::is_same_v<Dsp, DspPoolMax>)
    return split(i, state.registers().dsp_stage, 2 * scoreboard.threads());
  else
    return {i};
}

template <class Dsp>
void UntimedMachine::Impl::issue_dsp(const Dsp& i) {
  const StageSet& stage = state.registers().dsp_stage;
  if (is_alone()) {
    before_doing([&] { return footprint_of(i, stage); });
    return isa::execute(i, stage, workers[0], *memory);
  }
  if (stage.overflow == Overflow::trap) finish_all();  // it strikes where it would, one after another
  auto pieces = pieces_of(i);
  const size_t count = pieces.size();
  issue(footprint_of(i, stage), count,
        [this, stage, pieces = std::move(pieces)](unsigned member, uint32_t first, uint32_t end) {
          for (uint32_t piece = first; piece < end; ++piece)
            isa::execute(pieces[piece], stage, workers[member], *memory);
        });
  if (stage.overflow == Overflow::trap) finish_all();
}

template <class Descriptor>
bool UntimedMachine::Impl::do_descriptor(const Descriptor& descriptor) {
  before_doing([&] { return footprint_of(descriptor); });
  execute_dma(descriptor, *memory);
  add_one(descriptor.signal);
  return true;
}

bool UntimedMachine::Impl::run_descriptor(const DmaCopy& copy, size_t byte) {
  if (is_alone()) return do_descriptor(copy);
  auto pieces = split(copy, 2 * scoreboard.threads());
  if (const size_t count = pieces.size(); count > 1) {
    issue_batch();
    issue(footprint_of(copy), count,
          [this, pieces = std::move(pieces)](unsigned, uint32_t first, uint32_t end) {
            for (uint32_t piece = first; piece < end; ++piece) execute_dma(pieces[piece], *memory);
          });
  } else {
    batch.add(byte, footprint_of(copy));
  }
  add_one(copy.signal);
  return true;
}

bool UntimedMachine::Impl::run_descriptor(const DmaFill& fill, size_t byte) {
  if (is_alone()) return do_descriptor(fill);
  batch.add(byte, footprint_of(fill));
  add_one(fill.signal);
  return true;
}

void UntimedMachine::Impl::issue_batch() {
  if (batch.bytes.empty()) return;
  const Footprint footprint = batch.footprint;
  issue(footprint, 1, [this, bytes = std::move(batch.bytes)](unsigned, uint32_t, uint32_t) {
    for (size_t byte : bytes) decode_to(code, byte, [this](const auto& i) { perform_dma(i, *memory); });
  });
  batch = {};
}

template <class ArrayInstruction>
bool UntimedMachine::Impl::execute_alone(const ArrayInstruction& i) {
  finish_all();
  array.execute(i, state.registers(), *memory);
  return true;
}

bool UntimedMachine::Impl::step(const MmaRange& range) {
  ReachList written;
  written.add(reach_of(range.dst, 16, {}));
  array.before_writing(written, state.registers(), *memory);
  finish_all();
  execute_core(range, state, *memory);
  return true;
}

// What sets registers, and what the DSP does.
template <class CoreInstruction>
bool UntimedMachine::Impl::step(const CoreInstruction& i) {
  if constexpr (kRunsOnDsp<CoreInstruction>)
    issue_dsp(i);
  else
    execute_core(i, state, *memory);
  return true;
}

void UntimedMachine::Impl::run_one_by_one(const ArrayStretch& stretch) {
  for (size_t offset = stretch.bytes.first; offset < stretch.bytes.end;)
    decode_to(code, offset, [this](const auto& i) { return step(i); });
}

bool UntimedMachine::Impl::step(const UntimedStep& of_plan) {
  size_t offset = of_plan.byte;
  if (of_plan.stretch == UntimedStep::kNoStretch)
    return decode_to(code, offset, [this](const auto& i) { return step(i); });
  const ArrayPlan& plan = parts_of_plan[part].array;
  const ArrayStretch& stretch = plan.stretches[of_plan.stretch];
  if (!array.issue(plan, stretch, state.registers(), *memory)) run_one_by_one(stretch);
  return true;
}

void UntimedMachine::Impl::plan_part() {
  parts_of_plan.push_back(planner.next(part_bytes));
  for (const UntimedStep& step : parts_of_plan.back().steps)
    if (step.stretch == UntimedStep::kNoStretch) check_indices(code, step, machine);
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
  issue_batch();
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
  memory = &view;
  watcher = &watch;
  part = next = 0;
  for (auto& queue : queues) queue.clear();
  std::fill(counts.begin(), counts.end(), 0);
  state.registers().reset();
  for (Worker& worker : workers) worker.clear_counts();
  array.restart();
  try {
    while (!all_done()) {
      bool moved = run_core();
      for (auto& queue : queues) moved |= run_channel(queue);
      if (!moved) throw Deadlock(stalls());
    }
    finish_all();
  } catch (...) {
    scoreboard.abandon();  // the memory may go
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
uint64_t UntimedMachine::overflow_count() const { return impl_->state.overflow_count(); }

}  // namespace mmasim::isa
