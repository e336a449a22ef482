// mma.load_b: a panel into a B bank.
#include <algorithm>

#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const MmaLoadB& load, Registers& registers, const MemoryView& memory) {
  require_panel(load.rows, registers, "mma.load_b: rows");
  const size_t row_bytes = registers.machine.array_bytes;
  std::vector<uint8_t>& panel = registers.b_bank(load.bank);
  std::fill(panel.begin(), panel.end(), uint8_t{0});
  for (size_t row = 0; row < load.rows; ++row)
    std::copy_n(memory.at(load.addr) + row * row_bytes, row_bytes, panel.data() + row * row_bytes);
}

}  // namespace mmasim::isa::semantics
