// mma.transfer: rows of a C bank through the array's output stage to memory.
#include <algorithm>

#include "isa/executor/core/mma.h"
#include "isa/executor/core/output_stage.h"
#include "isa/executor/core/row_pattern.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

// Calls visit with row `row` of the bank in the storage that its bound says holds it. Rows of bound 0 are
// zeroed first.
template <class Narrow, class WideStorage, class Visit>
void with_row(const CBank& bank, uint32_t row, uint32_t columns, AlignedVector<Narrow>& narrow,
              const AlignedVector<WideStorage>& wide, Visit&& visit) {
  const size_t at = static_cast<size_t>(row) * columns;
  if (bank.bound[row] == 0) std::fill_n(narrow.begin() + static_cast<int64_t>(at), columns, Narrow{0});
  if (bank.bound[row] <= std::numeric_limits<Narrow>::max())
    visit(narrow.data() + at);
  else
    visit(wide.data() + at);
}

template <class Visit>
void with_accumulators(Registers& registers, CBank& bank, uint32_t row, Visit&& visit) {
  const uint32_t columns = storage_columns(registers);
  switch (registers.operand_bytes()) {
    case 1:
      return with_row(bank, row, columns, bank.narrow, bank.middle, visit);
    case 2:
      return with_row(bank, row, columns, bank.middle, bank.wide, visit);
    default:
      if (bank.bound[row] == 0) std::fill_n(bank.wide.begin() + int64_t{row} * columns, columns, Wide{0});
      return visit(bank.wide.data() + static_cast<size_t>(row) * columns);
  }
}

}  // namespace

void execute(const MmaTransfer& transfer, Registers& registers, const MemoryView& memory) {
  require_panel(transfer.rows, registers, "mma.transfer: rows");
  require_panel(transfer.columns, registers, "mma.transfer: columns");
  CBank& bank = registers.c_bank(transfer.c_bank);
  const Wide bound =
      *std::max_element(bank.bound.begin(), bank.bound.begin() + std::max<int>(transfer.rows, 1));
  const OutputStage stage(registers.mma_stage, registers.accumulator(), transfer.lane, transfer.columns,
                          bound, registers, memory);
  uint8_t* dst = memory.at(transfer.dst);
  RowPattern rows(registers.store_pattern, transfer.row);
  for (uint32_t row = 0; row < transfer.rows; ++row, rows.advance())
    with_accumulators(registers, bank, row, [&](const auto* accumulators) {
      stage.apply(accumulators, 0, transfer.columns, dst + rows.offset_bytes());
    });
}

}  // namespace mmasim::isa
