// dsp.unpack: packed indices widened by a table.
#include <cstring>

#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspUnpack& i, Registers&, const MemoryView& memory) {
  require_indices(i.bits, i.element_bytes);
  const uint8_t* src = memory.at(i.src);
  for (uint64_t k = 0; k < i.count; ++k) {
    uint64_t index = 0;
    for (uint64_t bit = 0; bit < i.bits; ++bit) {
      const uint64_t place = k * i.bits + bit;
      index |= ((uint64_t{src[place / 8]} >> (place % 8)) & 1) << bit;
    }
    std::memcpy(memory.at(i.dst) + k * i.element_bytes, memory.at(i.table) + index * i.element_bytes,
                i.element_bytes);
  }
}

}  // namespace mmasim::isa::semantics
