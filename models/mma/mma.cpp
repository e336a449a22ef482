#include "models/mma/mma.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "isa/kit/units.h"
#include "models/kit/direct_memory.h"

namespace mmasim::models {
Mma::Mma(sc_core::sc_module_name name, const MmaConfig& config, const isa::Machine& machine,
         uint32_t hand_over_cycles, Probe& probe, StreamBanks& l2_banks, isa::CoreState* state)
    : sc_module(name),
      config_(config),
      machine_(machine),
      hand_over_cycles_(hand_over_cycles),
      probe_(probe),
      l2_banks_(l2_banks),
      state_(state),
      pipeline_(config, machine) {}

void Mma::start_of_simulation() { request_direct_memory(l2, 0, isa::Space::l2, memory_); }

void Mma::compute(const isa::Instruction& instruction) {
  if (state_ != nullptr) isa::execute_core(instruction, *state_, memory_);
}

uint64_t Mma::issue(const isa::Instruction& instruction, uint64_t now) {
  return std::visit(
      [&](const auto& of) -> uint64_t {
        using Type = std::decay_t<decltype(of)>;
        if constexpr (std::is_same_v<Type, isa::MmaConfig> || std::is_same_v<Type, isa::StageSet>) {
          configure(of);
          return now;
        } else if constexpr (std::is_same_v<Type, isa::MmaPattern> ||
                             std::is_same_v<Type, isa::MmaStorePattern>) {
          return now;  // registers travel with the commands behind them
        } else if constexpr (std::is_same_v<Type, isa::MmaLoadB> || std::is_same_v<Type, isa::MmaStream> ||
                             std::is_same_v<Type, isa::MmaTransfer> || std::is_same_v<Type, isa::MmaRange>) {
          if (pipeline_.is_open()) lose(l2_banks_.take_lost_cycles(), now);
          Event event = probe_.of_core(Kind::range, 0, 0);
          event.issued = now;
          const MmaPipeline::Occupied span = run(of, event);
          event.taken = span.accepted_cycle + hand_over_cycles_;
          event.begin = span.start_cycle;
          event.done = span.end_cycle;
          probe_.tell(event);
          return event.taken;
        } else {
          throw std::logic_error(std::string("mma: no command ") + Type::mnemonic);
        }
      },
      instruction);
}

// To the DMA engine, whose accesses waited too long.
void Mma::lose(uint64_t cycles, uint64_t now) {
  if (cycles == 0) return;
  pipeline_.slip(cycles);
  probe_.piece(Kind::slip, now, now + cycles, Cause::l2);
}

uint64_t Mma::close(uint64_t now) {
  const uint64_t closed = pipeline_.close(now);
  probe_.piece(Kind::close, now, closed);
  return closed;
}

void Mma::configure(const isa::MmaConfig& config) { operand_bytes_ = isa::element_bytes(config.a); }

void Mma::configure(const isa::StageSet& stage) { result_bytes_ = isa::element_bytes(stage.out); }

MmaPipeline::Occupied Mma::run(const isa::MmaLoadB& load, Event& event) {
  event.kind = Kind::load;
  event.l2.read_bytes = uint64_t{load.rows} * machine_.array_bytes;
  // A bank is written whole: rows past load.rows take their cycles as zeros do (the published estimator
  // counts depth in whole panels).
  const MmaPipeline::Occupied span = pipeline_.load(load.bank, machine_.panel(operand_bytes_), event.issued);
  event.end = span.end_cycle;
  l2_banks_.book(StreamBanks::User::panel, span.start_cycle, span.end_cycle, StreamBanks::kAccess);
  return span;
}

MmaPipeline::Occupied Mma::run(const isa::MmaStream& stream, Event& event) {
  const uint32_t panel = machine_.panel(operand_bytes_);
  event.kind = Kind::stream;
  event.rows = stream.rows;
  event.width = static_cast<uint8_t>(isa::width_index(operand_bytes_));
  event.operations = uint64_t{stream.rows} * panel * panel;
  event.l2.read_bytes = uint64_t{stream.rows} * stream.depth * operand_bytes_;
  const MmaPipeline::Occupied span =
      pipeline_.stream(stream.b_bank, stream.c_bank, walk_cycles(panel, stream.rows, 1),
                       (stream.accumulate & 1) == 0, event.issued);
  event.end = span.end_cycle;
  l2_banks_.book(StreamBanks::User::rows, span.start_cycle, span.start_cycle + stream.rows,
                 StreamBanks::kAccess);
  return span;
}

MmaPipeline::Occupied Mma::run(const isa::MmaTransfer& transfer, Event& event) {
  const uint64_t row_bytes = uint64_t{transfer.columns} * result_bytes_;
  event.kind = Kind::transfer;
  event.l2.write_bytes = transfer.rows * row_bytes;
  const auto cycles_per_row = std::max<uint64_t>(1, isa::divide_up(row_bytes, config_.store_bytes_per_cycle));
  const uint64_t cycles = walk_cycles(machine_.panel(operand_bytes_), transfer.rows, cycles_per_row);
  const MmaPipeline::Occupied span = pipeline_.transfer(transfer.c_bank, cycles, event.issued);
  event.end = span.start_cycle + cycles;
  l2_banks_.book(StreamBanks::User::results, span.start_cycle,
                 span.start_cycle + transfer.rows * cycles_per_row, StreamBanks::kAccess);
  return span;
}

MmaPipeline::Occupied Mma::run(const isa::MmaRange&, Event& event) {
  event.l2.write_bytes = 16;
  const MmaPipeline::Occupied span = pipeline_.range(event.issued);
  event.end = span.start_cycle + 1;
  return span;
}

}  // namespace mmasim::models
