// mma.stream: C[c_bank] = (accumulate & 1 ? C[c_bank] : 0) + (accumulate & 2 ? 256 : 1) * A * B[b_bank]. Sums
// are exact, whatever their number.
#include <algorithm>
#include <utility>

#include "isa/semantics/elements.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {
namespace {

// The element (row, depth) of A.
Wide a_element(const MmaPattern& p, Element a, Address base, int64_t row, int64_t depth,
               const MemoryView& memory) {
  const int64_t of_row =
      row % p.r0 * p.r0_stride + row / p.r0 % p.r1 * p.r1_stride + row / p.r0 / p.r1 * p.r2_stride;
  const int64_t of_depth =
      depth % p.k0 * element_bytes(a) + depth / p.k0 % p.k1 * p.k1_stride + depth / p.k0 / p.k1 * p.k2_stride;
  return read_element(a, memory.at(base + (of_row + of_depth)));
}

}  // namespace

void execute(const MmaStream& stream, Registers& registers, const MemoryView& memory) {
  require_panel(stream.rows, registers, "mma.stream: rows");
  require_panel(stream.depth, registers, "mma.stream: depth");
  const auto [a, b] = std::pair(registers.config.a, registers.config.b);
  const size_t columns = registers.panel(), row_bytes = registers.machine.array_bytes;
  const std::vector<uint8_t>& panel = registers.b_bank(stream.b_bank);
  std::vector<Wide>& sums = registers.c_bank(stream.c_bank);
  const Wide scale = (stream.accumulate & 2) != 0 ? 256 : 1;
  for (size_t i = 0; i < stream.rows; ++i) {
    Wide* const row = sums.data() + i * columns;
    if ((stream.accumulate & 1) == 0) std::fill_n(row, columns, Wide{0});
    for (size_t k = 0; k < stream.depth; ++k) {
      const Wide left =
          a_element(registers.pattern, a, stream.a, int64_t{stream.row} + static_cast<int64_t>(i),
                    int64_t{stream.k_start} + static_cast<int64_t>(k), memory);
      for (size_t column = 0; column < columns; ++column)
        row[column] +=
            scale * left * read_element(b, panel.data() + k * row_bytes + column * element_bytes(b));
    }
  }
}

}  // namespace mmasim::isa::semantics
