// Construction and reset of the core's state.
#include "isa/executor/core/registers.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace mmasim::isa {
namespace {

BBank make_b_bank(const Machine& machine) {
  BBank bank;
  const uint32_t s8 = machine.panel(1), s16 = machine.panel(2);
  bank.bytes.resize(static_cast<size_t>(machine.array_bytes + 1) * machine.array_bytes);
  bank.packed_bytes.resize(packed_panel_bytes(machine.array_bytes));
  bank.pairs.resize(static_cast<size_t>(s8 + 1) / 2 * padded_columns(s8) * 2);
  bank.values.resize(static_cast<size_t>(s16) * padded_columns(s16));
  return bank;
}

CBank make_c_bank(const Machine& machine) {
  CBank bank;
  const size_t s8 = machine.panel(1), s16 = machine.panel(2);
  bank.bound.resize(s8);
  bank.narrow.resize(s8 * padded_columns(machine.panel(1)));
  bank.middle.resize(s8 * padded_columns(machine.panel(1)));
  bank.wide.resize(s16 * padded_columns(machine.panel(2)));
  return bank;
}

template <class Bank>
Bank& checked(std::vector<Bank>& banks, uint32_t index, const char* what) {
  if (index >= banks.size())
    throw std::logic_error(std::string(what) + " bank " + std::to_string(index) + " of " +
                           std::to_string(banks.size()));
  return banks[index];
}

}  // namespace

CoreState::Registers::Registers(const Machine& of) : ArraySettings{of, {}, {}, {}, {}} {
  if (machine.array_bytes < 4 || machine.array_bytes > 255 || machine.b_banks > 256 || machine.c_banks > 256)
    throw std::logic_error(
        "array_bytes " + std::to_string(machine.array_bytes) + " with " + std::to_string(machine.b_banks) +
        " B banks and " + std::to_string(machine.c_banks) + " C banks; instructions can name 4..255 and 256");
  b.assign(machine.b_banks, make_b_bank(machine));
  c.assign(machine.c_banks, make_c_bank(machine));
}

void CoreState::Registers::reset() {
  mma_stage = dsp_stage = StageSet{};
  config = MmaConfig{};
  pattern = MmaPattern{};
  store_pattern = MmaStorePattern{};
  for (auto& bank : b) {
    std::fill(bank.bytes.begin(), bank.bytes.end(), 0);
    bank.is_widened = false;
    bank.loaded_rows = 0;
  }
  for (auto& bank : c) std::fill(bank.bound.begin(), bank.bound.end(), 0);
  clear_counts();
}

BBank& CoreState::Registers::b_bank(uint32_t index) { return checked(b, index, "B"); }
CBank& CoreState::Registers::c_bank(uint32_t index) { return checked(c, index, "C"); }

CoreState::CoreState(const Machine& machine) : registers_(std::make_unique<Registers>(machine)) {}
CoreState::~CoreState() = default;
CoreState::CoreState(CoreState&&) noexcept = default;
CoreState& CoreState::operator=(CoreState&&) noexcept = default;

uint64_t CoreState::overflow_count() const { return registers_->overflow_count; }

}  // namespace mmasim::isa
