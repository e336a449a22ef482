#include "models/dsp/dsp.h"

#include <type_traits>

#include "isa/encoding/codec.h"
#include "isa/kit/units.h"
#include "models/dsp/stall.h"
#include "models/kit/direct_memory.h"

namespace mmasim::models {
namespace {

constexpr size_t kStackBytes = size_t{1} << 20;  // semantics run on the fetch process's stack

template <class Type, class... Types>
constexpr bool is_any_of = (std::is_same_v<Type, Types> || ...);

template <class Type>
constexpr bool is_array_command =
    is_any_of<Type, isa::MmaLoadB, isa::MmaStream, isa::MmaTransfer, isa::MmaRange>;

template <class Type>
constexpr bool is_register =
    is_any_of<Type, isa::StageSet, isa::MmaConfig, isa::MmaPattern, isa::MmaStorePattern>;

}  // namespace

SC_HAS_PROCESS(Dsp);

Dsp::Dsp(sc_core::sc_module_name name, const CoreConfig& config, const isa::Program& program,
         const Bench& bench, StreamBanks& l2_banks, isa::CoreState* state, LayerBegins layer_begins)
    : sc_module(name),
      config_(config),
      program_(program),
      clock_(bench.clock),
      tokens_(bench.tokens),
      probe_(bench.probe),
      l2_banks_(l2_banks),
      failure_(bench.failure),
      state_(state),
      layer_begins_(std::move(layer_begins)),
      retire_queue_(bench.clock, bench.tokens,
                    [this](const isa::Instruction& instruction) { compute(instruction); }) {
  SC_THREAD(fetch);
  set_stack_size(kStackBytes);
  SC_METHOD(retire);
  sensitive << retire_queue_.due();
  dont_initialize();
}

void Dsp::start_of_simulation() {
  for (const auto space : {isa::Space::l2, isa::Space::l3, isa::Space::ddr}) {
    request_direct_memory(memory, isa::Address::in(space, 0).raw, space, memory_view_);
  }
}

std::string Dsp::waiting_for() const {
  return "the core waits at instruction " + std::to_string(instruction_index_) + " for " + waiting_;
}

// ---------------------------------------------------------------- processes

void Dsp::fetch() {
  failure_.guard([&] {
    size_t offset = 0;
    while (!ended_ && offset < program_.code.size()) {
      probe_.at_instruction(instruction_index_);
      execute(isa::decode(program_.code, offset));
      ++instruction_index_;
    }
    if (!ended_) end();  // a program may just stop
  });
}

void Dsp::retire() {
  failure_.guard([&] { retire_queue_.retire_due(); });
}

// ---------------------------------------------------------------- instructions

void Dsp::execute(const isa::Instruction& instruction) {
  std::visit(
      [&](const auto& of) {
        using Type = std::decay_t<decltype(of)>;
        if constexpr (is_array_command<Type>) {
          hand_to_array(instruction);
        } else if constexpr (is_register<Type>) {
          set_registers(instruction);
        } else if constexpr (is_any_of<Type, isa::DmaWait, isa::DmaCopy, isa::DmaFill>) {
          hand_to_dma(of, of.channel);
        } else if constexpr (std::is_same_v<Type, isa::CtlEnd>) {
          end();
        } else if constexpr (is_any_of<Type, isa::CtlLayer, isa::SyncWait, isa::SyncSignal>) {
          run(of);
        } else {
          run_vectors(instruction);
        }
      },
      instruction);
}

// The array's work belongs to the layer that issued it: a layer begins when the one before has drained.
void Dsp::run(const isa::CtlLayer& layer) {
  close_array();
  meet_kernel();
  lose_to_dma();
  probe_.begin_layer(layer.layer, time_);
  if (layer_begins_) layer_begins_(layer.layer);
  spend(Kind::setup, setup_cycles(layer.setup));
}

void Dsp::run(const isa::SyncWait& sync) {
  issue(config_.dsp.issue_cycles);
  if (tokens_.reached(sync.token, sync.count)) return;
  meet_kernel();
  const uint64_t begin = time_;
  waiting_ = tokens_.describe_wait(sync.token, sync.count);
  while (!tokens_.reached(sync.token, sync.count)) wait(tokens_.changed(sync.token));
  time_ = clock_.now();
  tell_stall(probe_, begin, time_, tokens_.last_origin(sync.token));
}

void Dsp::run(const isa::SyncSignal& signal) {
  issue(config_.dsp.issue_cycles);
  retire_queue_.signal(signal.token, std::max(time_, array->retired_cycle()));
}

void Dsp::hand_to_dma(const DmaEntry& entry, uint32_t channel) {
  issue(config_.dma_issue_cycles);
  meet_kernel();
  const uint64_t begin = time_;
  waiting_ = "room in the queue of channel " + std::to_string(channel);
  while (dma->full(channel)) wait(dma->progressed());
  time_ = clock_.now();
  probe_.piece(Kind::stall, begin, time_, Cause::dma_queue);
  dma->post(entry);
}

void Dsp::hand_to_array(const isa::Instruction& instruction) {
  time_ = array->issue(instruction, time_);
  if (state_ != nullptr) retire_queue_.compute(instruction);
}

void Dsp::set_registers(const isa::Instruction& instruction) {
  if (const auto* config = std::get_if<isa::MmaConfig>(&instruction)) {
    if (config->a != array_a_ || config->b != array_b_) close_array();
    array_a_ = config->a;
    array_b_ = config->b;
  }
  const auto* stage = std::get_if<isa::StageSet>(&instruction);
  if (stage != nullptr && stage->unit == isa::Unit::dsp) {
    stage_out_ = stage->out;
  } else {
    array->issue(instruction, time_);
  }
  issue(config_.dsp.issue_cycles);
  if (state_ != nullptr) retire_queue_.compute(instruction);
}

void Dsp::run_vectors(const isa::Instruction& instruction) {
  close_array();
  lose_to_dma();
  const DspCost cost = dsp_cost(instruction, stage_out_, config_.dsp, program_.machine);
  tell(cost);
  book_l2(cost);
  time_ += cost.cycles;
  if (cost.outside_count > 0) reach_outside(cost, time_ - cost.cycles);
  if (state_ != nullptr) retire_queue_.compute(instruction);
}

void Dsp::tell(const DspCost& cost) {
  Event event = probe_.of_core(Kind::vectors, time_, time_ + cost.cycles);
  event.width = static_cast<uint8_t>(cost.width_index);
  event.operations = cost.operations;
  event.l1 = cost.l1;
  event.l2 = cost.l2;
  event.l3 = cost.l3;
  event.ddr = cost.ddr;
  probe_.tell(event);
}

// Vectors of L2 operands, spread over the instruction; at most two read and one written a cycle.
void Dsp::book_l2(const DspCost& cost) {
  constexpr uint64_t kMost = 3 * StreamBanks::kAccess;
  const uint64_t bytes = cost.l2.read_bytes + cost.l2.write_bytes;
  const uint64_t vectors = isa::divide_up(bytes, program_.machine.vector_bytes);
  l2_banks_.book(StreamBanks::User::vectors, time_, time_ + cost.cycles,
                 cost.cycles > 0 ? std::min(kMost, vectors * StreamBanks::kAccess / cost.cycles) : 0);
}

// Cycles in which accesses of the DMA engine went before the core's own: the next vector work is late by
// them.
void Dsp::lose_to_dma() { spend(Kind::stall, l2_banks_.take_lost_cycles(), Cause::l2); }

void Dsp::end() {
  close_array();
  meet_kernel();
  lose_to_dma();
  meet_kernel();
  while (!retire_queue_.empty()) wait(retire_queue_.emptied());
  waiting_ = "the DMA queues to drain";
  const uint64_t begin = time_;
  while (!dma->idle()) wait(dma->progressed());
  time_ = clock_.now();
  tell_stall(probe_, begin, time_, dma->last_completion());
  Event finished = probe_.of_core(Kind::finish, time_, time_);
  probe_.tell(finished);
  ended_ = true;
}

// Values: mma.* and its registers are the array's, everything else is done here.
void Dsp::compute(const isa::Instruction& instruction) {
  std::visit(
      [&](const auto& of) {
        using Type = std::decay_t<decltype(of)>;
        if constexpr (is_array_command<Type> || is_register<Type>) {
          array->compute(instruction);
        } else {
          isa::execute_core(instruction, *state_, memory_view_);
        }
      },
      instruction);
}

// ---------------------------------------------------------------- the core's time

void Dsp::issue(uint64_t cycles) { spend(Kind::issue, cycles); }

void Dsp::spend(Kind kind, uint64_t cycles, Cause cause) {
  probe_.piece(kind, time_, time_ + cycles, cause);
  time_ += cycles;
}

void Dsp::close_array() { time_ = std::max(time_, array->close(time_)); }

void Dsp::meet_kernel() {
  const uint64_t now = clock_.now();
  if (time_ > now) wait(clock_.cycles(time_ - now));
}

uint64_t Dsp::setup_cycles(isa::Setup setup) const {
  const OverheadConfig& overhead = config_.overhead;
  switch (setup) {
    case isa::Setup::none:
      return 0;
    case isa::Setup::call:
      return overhead.network_call_cycles;
    case isa::Setup::heavy:
      return overhead.layer_setup_heavy_cycles + overhead.layer_dma_pipe_up_cycles +
             overhead.layer_rest_heavy_cycles;
    case isa::Setup::light:
      return overhead.layer_setup_light_cycles + overhead.layer_dma_pipe_up_cycles +
             overhead.layer_rest_light_cycles;
  }
  return 0;
}

}  // namespace mmasim::models
