// dma.fill: a whole descriptor.
#include <cstring>

#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DmaFill& fill, const MemoryView& memory) {
  require_whole_elements(fill);
  for (int64_t i2 = 0; i2 < fill.n2; ++i2)
    for (int64_t i1 = 0; i1 < fill.n1; ++i1)
      for (int64_t at = 0; at < fill.row_bytes; at += fill.element_bytes)
        std::memcpy(memory.at(fill.dst + (i2 * fill.dst_stride2 + i1 * fill.dst_stride1 + at)), &fill.value,
                    fill.element_bytes);  // little endian, as the host is
}

}  // namespace mmasim::isa::semantics
