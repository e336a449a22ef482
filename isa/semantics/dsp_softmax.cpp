// dsp.softmax: exponentials over the channels of a position, each as a share of their sum. A sum that is not
// positive, which no sound table gives, makes every result 0.
#include <algorithm>
#include <vector>

#include "isa/semantics/knots.h"
#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"
#include "isa/semantics/tile.h"

namespace mmasim::isa::semantics {
namespace {

Wide floor_of_quotient(Wide numerator, Wide positive) {
  const Wide quotient = numerator / positive;
  return numerator % positive < 0 ? quotient - 1 : quotient;
}

}  // namespace

void execute(const DspSoftmax& i, Registers&, const MemoryView& memory) {
  require_table(i.src_type, i.fraction_bits, i.mnemonic);
  if (i.channels == 0) return;
  const OperandTile src = source(i, i.src_type, memory), dst = result(i, i.dst_type, memory);
  const Knots table = {memory.at(i.table), i.fraction_bits};
  for_each_position(i, [&](int64_t y, int64_t x) {
    Wide largest = kWideMin;
    for (int64_t c = 0; c < i.channels; ++c) largest = std::max(largest, src.read(y, x, c));
    std::vector<Wide> exponentials;
    Wide sum = 0;
    for (int64_t c = 0; c < i.channels; ++c) {
      exponentials.push_back(table.at(static_cast<uint64_t>(largest - src.read(y, x, c))));
      sum += exponentials.back();
    }
    for (int64_t c = 0; c < i.channels; ++c) {
      const Wide scaled =
          saturating_add(saturating_shift_left(exponentials[static_cast<size_t>(c)], i.bits), sum >> 1);
      const Wide share = sum > 0 ? floor_of_quotient(scaled, sum) : 0;
      dst.write(y, x, c, std::min(std::max(share, element_lowest(i.dst_type)), element_highest(i.dst_type)));
    }
  });
}

}  // namespace mmasim::isa::semantics
