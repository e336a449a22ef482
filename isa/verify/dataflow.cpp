// One walk through the code. The core and every DMA channel keep a log of what they write and wait for; a
// raised token stands for its raiser's log up to there. Bytes are known to the core, or to the channels, once
// one of them has waited for such a token. The walk lets channels run as soon as tokens allow, as no
// execution can be further: whether a count is reached does not depend on it.
#include "isa/verify/dataflow.h"

#include <deque>
#include <memory>
#include <variant>
#include <vector>

#include "isa/encoding/decode.h"
#include "isa/encoding/words.h"
#include "isa/program/program_file.h"
#include "isa/verify/violation.h"
#include "isa/verify/written_bytes.h"

namespace mmasim::isa {
namespace {

enum View : size_t { by_core, by_channels };
constexpr size_t kViews = 2;

// Bytes written, or all that a token's count stands for.
struct Effect {
  std::unique_ptr<Operand> write;
  uint16_t token = 0;
  uint32_t count = 0;
};

class EffectLog {
 public:
  uint64_t end() const { return first_ + effects_.size(); }
  void add(Effect effect) { effects_.push_back(std::move(effect)); }
  void skip(View view) { seen_[view] = end(); }
  // The next effect before `end` that the view has not seen, or null.
  const Effect* next(View view, uint64_t end) {
    if (seen_[view] >= end) return nullptr;
    return &effects_[seen_[view]++ - first_];
  }
  void drop_seen() {
    const uint64_t seen = std::min(seen_[by_core], seen_[by_channels]);
    for (; first_ < seen; ++first_) effects_.pop_front();
  }

 private:
  std::deque<Effect> effects_;
  uint64_t first_ = 0;  // number of the first that is kept
  uint64_t seen_[kViews] = {};
};

// Of the core or of a channel.
using Agent = size_t;
constexpr Agent kCore = 0;
constexpr Agent agent_of(uint8_t channel) { return Agent{1} + channel; }

struct Raise {
  Agent agent;
  uint64_t log_end;
};

struct Token {
  std::vector<Raise> raises;
  size_t taken[kViews] = {};  // raises that a view knows of
};

// What is known to have been written.
class Knowledge {
 public:
  explicit Knowledge(const Program& program)
      : tokens_(program.machine.tokens), logs_(size_t{1} + program.machine.dma_channels) {}

  uint64_t count(uint16_t token) const { return tokens_[token].raises.size(); }
  bool is_reached(uint16_t token, uint32_t count) const {
    return token == 0 || tokens_[token].raises.size() >= count;
  }
  void raise(Agent agent, uint16_t token) {
    if (token != 0) tokens_[token].raises.push_back({agent, logs_[agent].end()});
  }
  // The agent has waited: it knows what the raisers knew, and whoever waits for the agent knows it too. What
  // the core knows, channels know by what it gives them from then on.
  void waited(Agent agent, uint16_t token, uint32_t count) {
    if (token == 0) return;
    const Token& of = tokens_[token];
    if (agent == kCore)
      learn(by_core, token, count);
    else if (of.taken[by_core] < count)
      logs_[agent].add({nullptr, token, count});
    learn(by_channels, token, count);
  }
  void write_before_start(Space space, uint64_t begin, uint64_t end) {
    for (WrittenBytes& view : written_) view.add(space, begin, end);
  }
  void write(Agent agent, const Operand& operand) {
    logs_[agent].add({std::make_unique<Operand>(operand), 0, 0});
    if (agent != kCore) return;
    apply(by_core, operand, false);
    logs_[agent].skip(by_core);
  }
  std::optional<uint64_t> missing(Agent agent, const Operand& operand) {
    const View view = view_of(agent);
    auto found = written_[view].missing(operand);
    if (!found || agent == kCore) return found;
    learn(view, agent, logs_[agent].end());  // a channel serves its queue in order: its own are done
    return written_[view].missing(operand);
  }
  const Pieces& pieces() const { return pieces_; }
  std::optional<uint64_t> missing_at_end(const Operand& operand) {
    for (Agent agent = 0; agent < logs_.size(); ++agent) learn(by_channels, agent, logs_[agent].end());
    return written_[by_channels].missing(operand);
  }

 private:
  static View view_of(Agent agent) { return agent == kCore ? by_core : by_channels; }

  void apply(View view, const Operand& operand, bool by_channel) {
    written_[view].add(operand);
    if (view != by_core || operand.space != Space::l2) return;
    if (by_channel && operand.is_one_run())
      pieces_.add(operand.first, operand.end());
    else
      pieces_.remove(operand.first, operand.end());
  }

  void learn(View view, uint16_t token, uint32_t count) {
    to_learn_.push_back({token, count});
    while (!to_learn_.empty()) {
      const auto [known_token, known_count] = to_learn_.back();
      to_learn_.pop_back();
      Token& of = tokens_[known_token];
      while (of.taken[view] < known_count) {
        const Raise& raise = of.raises[of.taken[view]++];
        learn_log(view, raise.agent, raise.log_end);
      }
    }
  }
  void learn(View view, Agent agent, uint64_t end) {
    learn_log(view, agent, end);
    while (!to_learn_.empty()) {
      const auto [token, count] = to_learn_.back();
      to_learn_.pop_back();
      learn(view, token, count);
    }
  }
  // Leaves tokens that the log waited for to be learned.
  void learn_log(View view, Agent agent, uint64_t end) {
    EffectLog& log = logs_[agent];
    while (const Effect* effect = log.next(view, end)) {
      if (effect->write)
        apply(view, *effect->write, agent != kCore);
      else
        to_learn_.push_back({effect->token, effect->count});
    }
    log.drop_seen();
  }

  std::vector<Token> tokens_;
  std::vector<EffectLog> logs_;
  WrittenBytes written_[kViews];
  Pieces pieces_;  // as the core knows them
  std::vector<std::pair<uint16_t, uint32_t>> to_learn_;
};

struct Place {
  uint64_t index = 0;
  size_t offset = 0;  // in the code
};

class Walk {
 public:
  Walk(const Program& program, MadeBy made_by)
      : program_(program),
        made_by_(made_by),
        knowledge_(program),
        queues_(program.machine.dma_channels),
        held_by_(program.machine.dma_channels),
        lister_(program.machine) {
    knowledge_.write_before_start(Space::ddr, 0, program.constants_bytes);
    for (const TensorPlacement& input : program.inputs) {
      placed(input).for_each_run([&](uint64_t begin, uint64_t end) {
        knowledge_.write_before_start(input.address.space(), begin, end);
        return true;
      });
    }
  }

  void run() {
    Place place;
    for (size_t offset = 0; offset < program_.code.size(); ++place.index) {
      place.offset = offset;
      decode_to(program_.code, offset,
                [&](const auto& instruction) { at(place, instruction, [&] { take(instruction, place); }); });
    }
    for (const auto* list : {&program_.outputs, &program_.intermediates}) {
      for (const TensorPlacement& tensor : *list) {
        if (const auto byte = knowledge_.missing_at_end(placed(tensor)))
          throw ProgramFileError(fmt::format("tensor '{}': nobody writes byte {} of {}", tensor.name, *byte,
                                             word(tensor.address.space())));
      }
    }
  }

 private:
  // Which bytes a tensor has. Relies on verify_program() for its rank.
  static Operand placed(const TensorPlacement& tensor) {
    std::vector<Axis> axes;
    for (size_t d = 0; d < tensor.shape.size(); ++d)
      axes.push_back({static_cast<uint64_t>(tensor.shape[d]), tensor.strides_bytes[d]});
    return Operand("it", Access::read, tensor.address, element_bytes(tensor.element), axes.data(),
                   axes.size());
  }

  template <class OneInstruction, class Work>
  static void at(const Place& place, const OneInstruction&, Work&& work) {
    try {
      work();
    } catch (const Violation& violation) {
      throw ProgramFileError(
          fmt::format("instruction {} ({}): {}", place.index, OneInstruction::mnemonic, violation.what()));
    }
  }

  void take(const SyncWait& wait, const Place&) {
    if (!knowledge_.is_reached(wait.token, wait.count)) {
      violate("token {} never reaches {}; it is raised {} times before", wait.token, wait.count,
              knowledge_.count(wait.token));
    }
    knowledge_.waited(kCore, wait.token, wait.count);
  }
  void take(const SyncSignal& signal, const Place&) {
    raise(kCore, signal.token);
    settle();
  }
  void take(const DmaWait& wait, const Place& place) { enqueue(wait.channel, place); }
  void take(const DmaCopy& copy, const Place& place) { enqueue(copy.channel, place); }
  void take(const DmaFill& fill, const Place& place) { enqueue(fill.channel, place); }
  void take(const CtlEnd&, const Place&) {
    for (const auto& queue : queues_)
      if (!queue.empty()) fail_head(queue.front());
  }
  template <class CoreInstruction>
  void take(const CoreInstruction& instruction, const Place&) {
    perform(kCore, instruction);
  }

  void enqueue(uint8_t channel, const Place& place) {
    auto& queue = queues_[channel];
    if (queue.size() >= program_.machine.dma_queue_entries) {
      violate(
          "the queue of channel {} is full, and instruction {} at its head waits for what can only come "
          "later",
          channel, queue.front().index);
    }
    queue.push_back(place);
    if (queue.size() == 1) run_channel(channel);
    settle();
  }

  void raise(Agent agent, uint16_t token) {
    if (token == 0) return;
    knowledge_.raise(agent, token);
    raised_.push_back(token);
  }

  // Runs every channel as far as it can.
  void settle() {
    while (!raised_.empty()) {
      const uint16_t token = raised_.back();
      raised_.pop_back();
      for (size_t channel = 0; channel < queues_.size(); ++channel)
        if (held_by_[channel] == token) run_channel(static_cast<uint8_t>(channel));
    }
  }

  void run_channel(uint8_t channel) {
    auto& queue = queues_[channel];
    held_by_[channel] = 0;
    for (; !queue.empty() && held_by_[channel] == 0;) {
      size_t offset = queue.front().offset;
      decode_to(program_.code, offset, [&](const auto& instruction) {
        at(queue.front(), instruction, [&] { run_descriptor(channel, instruction); });
      });
      if (held_by_[channel] == 0) queue.pop_front();
    }
  }

  void run_descriptor(uint8_t channel, const DmaWait& wait) {
    if (knowledge_.is_reached(wait.token, wait.count))
      knowledge_.waited(agent_of(channel), wait.token, wait.count);
    else
      held_by_[channel] = wait.token;
  }
  void run_descriptor(uint8_t channel, const DmaCopy& copy) {
    perform(agent_of(channel), copy);
    raise(agent_of(channel), copy.signal);
  }
  void run_descriptor(uint8_t channel, const DmaFill& fill) {
    perform(agent_of(channel), fill);
    raise(agent_of(channel), fill.signal);
  }
  template <class Other>
  void run_descriptor(uint8_t, const Other&) {
    throw std::logic_error(std::string(Other::mnemonic) + " in a DMA channel's queue");
  }

  template <class OneInstruction>
  void perform(Agent agent, const OneInstruction& instruction) {
    const OperandList& operands = lister_.operands_of(instruction);
    for (const Operand& operand : operands)
      if (operand.access != Access::write) check_read(agent, operand);
    if (made_by_ == MadeBy::lowering) check_tables(operands);
    for (const Operand& operand : operands)
      if (operand.access == Access::write) knowledge_.write(agent, operand);
  }

  void check_read(Agent agent, const Operand& operand) {
    if (const auto byte = knowledge_.missing(agent, operand)) {
      violate("{} reads byte {} of {}, which nobody is sure to have written before", operand.name, *byte,
              word(operand.space));
    }
  }

  void check_tables(const OperandList& operands) const {
    for (const Operand& table : operands) {
      if (!is_table(table)) continue;
      if (!knowledge_.pieces().hold(table.first, table.end())) {
        violate("{} takes bytes {}..{} of l2, which did not come in one piece: a table is too short",
                table.name, table.first, table.end() - 1);
      }
      for (const Operand& other : operands) {
        if (&other == &table) break;
        if (is_table(other) && table.first < other.end() && other.first < table.end()) {
          violate("{} takes bytes {}..{} of l2, and {} takes bytes {}..{}", table.name, table.first,
                  table.end() - 1, other.name, other.first, other.end() - 1);
        }
      }
    }
  }
  static bool is_table(const Operand& operand) {
    return operand.access == Access::table && operand.space == Space::l2;
  }

  // Of a channel that waits for ever.
  [[noreturn]] void fail_head(const Place& head) const {
    size_t offset = head.offset;
    const auto wait = std::get<DmaWait>(decode(program_.code, offset));
    throw ProgramFileError(
        fmt::format("instruction {} ({}): token {} never reaches {}; it is raised {} times", head.index,
                    DmaWait::mnemonic, wait.token, wait.count, knowledge_.count(wait.token)));
  }

  const Program& program_;
  const MadeBy made_by_;
  Knowledge knowledge_;
  std::vector<std::deque<Place>> queues_;  // of each channel
  std::vector<uint16_t> held_by_;          // the token that a channel's head waits for, or 0
  std::vector<uint16_t> raised_;           // tokens that channels have yet to hear of
  OperandLister lister_;
};

}  // namespace

void verify_dataflow(const Program& program, MadeBy made_by) { Walk(program, made_by).run(); }

}  // namespace mmasim::isa
