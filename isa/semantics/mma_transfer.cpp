// mma.transfer: rows of a C bank through the array's output stage to memory.
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/output_stage.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const MmaTransfer& transfer, Registers& registers, const MemoryView& memory) {
  require_panel(transfer.rows, registers, "mma.transfer: rows");
  require_panel(transfer.columns, registers, "mma.transfer: columns");
  const MmaStorePattern& p = registers.store_pattern;
  const StageSet& stage = registers.mma_stage;
  const std::vector<Wide>& sums = registers.c_bank(transfer.c_bank);
  for (uint32_t i = 0; i < transfer.rows; ++i) {
    const int64_t row = int64_t{transfer.row} + i;
    const int64_t offset =
        row % p.r0 * p.r0_stride + row / p.r0 % p.r1 * p.r1_stride + row / p.r0 / p.r1 * p.r2_stride;
    for (uint32_t column = 0; column < transfer.columns; ++column)
      pass_through_stage(stage, registers.accumulator(), sums[size_t{i} * registers.panel() + column],
                         uint64_t{transfer.lane} + column,
                         memory.at(transfer.dst + (offset + column * element_bytes(stage.out))), registers,
                         memory);
  }
}

}  // namespace mmasim::isa::semantics
