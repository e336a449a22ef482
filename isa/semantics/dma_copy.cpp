// dma.copy: a whole descriptor. What a copy onto its own source gives is not defined beyond staying inside
// the destination's rows.
#include <cstring>

#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DmaCopy& copy, const MemoryView& memory) {
  for (int64_t i3 = 0; i3 < copy.n3; ++i3)
    for (int64_t i2 = 0; i2 < copy.n2; ++i2)
      for (int64_t i1 = 0; i1 < copy.n1; ++i1) {
        const int64_t from = i3 * copy.src_stride3 + i2 * copy.src_stride2 + i1 * copy.src_stride1;
        const int64_t to = i3 * copy.dst_stride3 + i2 * copy.dst_stride2 + i1 * copy.dst_stride1;
        std::memmove(memory.at(copy.dst + to), memory.at(copy.src + from), copy.row_bytes);
      }
}

}  // namespace mmasim::isa::semantics
