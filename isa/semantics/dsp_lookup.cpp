// dsp.lookup: every element through a table, direct or of knots.
#include <algorithm>

#include "isa/semantics/knots.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {
namespace {

Wide clipped(Wide v, Element to) { return std::min(std::max(v, element_lowest(to)), element_highest(to)); }

}  // namespace

void execute(const DspLookup& i, Registers&, const MemoryView& memory) {
  require_table(i.src_type, i.fraction_bits, i.mnemonic);
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, i.dst_type, memory);
  for_each_element(i, [&](int64_t y, int64_t x, int64_t c) {
    const auto u = static_cast<int64_t>(src.read(y, x, c) - element_lowest(i.src_type));
    const Wide value =
        i.fraction_bits == 0
            ? read_element(i.dst_type, memory.at(i.table + u * element_bytes(i.dst_type)))
            : clipped(Knots{memory.at(i.table), i.fraction_bits}.at(static_cast<uint64_t>(u)), i.dst_type);
    dst.write(y, x, c, value);
  });
}

}  // namespace mmasim::isa::semantics
