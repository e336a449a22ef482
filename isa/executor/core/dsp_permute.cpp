// dsp.permute: elements moved over five dimensions.
#include <cstring>
#include <stdexcept>
#include <string>

#include "isa/executor/core/dsp.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

template <size_t kBytes>
void permute_row(const DspPermute& i, const uint8_t* src, uint8_t* dst) {
  for (uint32_t i1 = 0; i1 < i.n1; ++i1, src += i.src_stride1, dst += i.dst_stride1)
    std::memcpy(dst, src, kBytes);
}

template <size_t kBytes>
void permute(const DspPermute& i, const uint8_t* src, uint8_t* dst) {
  const bool is_contiguous = i.src_stride1 == int64_t{kBytes} && i.dst_stride1 == int64_t{kBytes};
  for (int64_t i5 = 0; i5 < i.n5; ++i5)
    for (int64_t i4 = 0; i4 < i.n4; ++i4)
      for (int64_t i3 = 0; i3 < i.n3; ++i3)
        for (int64_t i2 = 0; i2 < i.n2; ++i2) {
          const int64_t from =
              i2 * i.src_stride2 + i3 * i.src_stride3 + i4 * i.src_stride4 + i5 * i.src_stride5;
          const int64_t to =
              i2 * i.dst_stride2 + i3 * i.dst_stride3 + i4 * i.dst_stride4 + i5 * i.dst_stride5;
          if (is_contiguous)
            std::memmove(dst + to, src + from, i.n1 * kBytes);
          else
            permute_row<kBytes>(i, src + from, dst + to);
        }
}

}  // namespace

void execute(const DspPermute& i, const StageSet&, Worker&, const MemoryView& memory) {
  const uint8_t* src = memory.at(i.src);
  uint8_t* dst = memory.at(i.dst);
  switch (i.element_bytes) {
    case 1:
      return permute<1>(i, src, dst);
    case 2:
      return permute<2>(i, src, dst);
    case 4:
      return permute<4>(i, src, dst);
    case 8:
      return permute<8>(i, src, dst);
    case 16:
      return permute<16>(i, src, dst);
    default:
      return require_permutable(i.element_bytes);
  }
}

}  // namespace mmasim::isa
