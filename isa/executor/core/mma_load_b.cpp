// mma.load_b: a panel into a B bank, widened for the kernels of mma.stream.
#include <algorithm>
#include <cstring>
#include <utility>

#include "isa/executor/core/mma.h"
#include "isa/kernels/kernels.h"
#include "isa/kernels/packed_panel.h"
#include "isa/kernels/row_ops.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

// The kernels multiply signed 32-bit values: u32 is stored less 2^31, and mma.stream makes up for it.
void widen_values(const Registers& registers, BBank& bank) {
  const Element b = registers.config.b;
  const uint32_t panel = registers.panel(), columns = storage_columns(registers);
  const auto load = row_ops<int64_t>().load[static_cast<int>(b)];
  for (uint32_t k = 0; k < panel; ++k) {
    int64_t* row = bank.values.data() + static_cast<size_t>(k) * columns;
    load(bank.bytes.data() + static_cast<size_t>(k) * registers.machine.array_bytes, row, panel);
    if (b == Element::u32)
      for (uint32_t column = 0; column < panel; ++column) row[column] -= int64_t{1} << 31;
    std::fill(row + panel, row + columns, 0);
  }
}

}  // namespace

void widen(const Registers& registers, BBank& bank) {
  const auto [a, b] = std::pair(registers.config.a, registers.config.b);
  if (bank.is_widened && bank.widened_for == a && bank.widened_as == b) return;
  const uint32_t bytes = registers.machine.array_bytes;
  if (takes_packed_panels(registers.config.b))
    bank.packed = pack_panel(bank.bytes.data(), std::min(bank.loaded_rows, registers.panel()),
                             panel_operands(registers), bank.packed_bytes.data());
  else if (element_bytes(b) == 1)
    stream_kernels().widen_pairs(bank.bytes.data(), bytes, (bytes + 1) / 2 * 2, storage_columns(registers),
                                 b == Element::s8, bank.pairs.data());
  else
    widen_values(registers, bank);
  bank.is_widened = true;
  bank.widened_for = a;
  bank.widened_as = b;
}

void load_panel(const MmaLoadB& load, uint32_t array_bytes, BBank& bank, const MemoryView& memory) {
  const size_t loaded = static_cast<size_t>(load.rows) * array_bytes;
  std::memcpy(bank.bytes.data(), memory.at(load.addr), loaded);
  std::fill(bank.bytes.begin() + static_cast<int64_t>(loaded), bank.bytes.end(), 0);
  bank.loaded_rows = load.rows;
  bank.is_widened = false;  // the stream that needs it widens it
}

void execute(const MmaLoadB& load, Registers& registers, const MemoryView& memory) {
  require_panel(load.rows, registers, "mma.load_b: rows");
  load_panel(load, registers.machine.array_bytes, registers.b_bank(load.bank), memory);
}

}  // namespace mmasim::isa
