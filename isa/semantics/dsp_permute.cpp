// dsp.permute: elements moved over five dimensions.
#include <cstring>

#include "isa/semantics/operand_rules.h"
#include "isa/semantics/semantics.h"

namespace mmasim::isa::semantics {

void execute(const DspPermute& i, Registers&, const MemoryView& memory) {
  require_permutable(i.element_bytes);
  for (int64_t i5 = 0; i5 < i.n5; ++i5)
    for (int64_t i4 = 0; i4 < i.n4; ++i4)
      for (int64_t i3 = 0; i3 < i.n3; ++i3)
        for (int64_t i2 = 0; i2 < i.n2; ++i2)
          for (int64_t i1 = 0; i1 < i.n1; ++i1) {
            const int64_t from = i1 * i.src_stride1 + i2 * i.src_stride2 + i3 * i.src_stride3 +
                                 i4 * i.src_stride4 + i5 * i.src_stride5;
            const int64_t to = i1 * i.dst_stride1 + i2 * i.dst_stride2 + i3 * i.dst_stride3 +
                               i4 * i.dst_stride4 + i5 * i.dst_stride5;
            std::memmove(memory.at(i.dst + to), memory.at(i.src + from), i.element_bytes);
          }
}

}  // namespace mmasim::isa::semantics
