// dma.copy and dma.fill: whole descriptors at once. What a copy onto its own source gives is not defined
// beyond staying inside the destination's rows.
#include <cstring>
#include <stdexcept>
#include <string>

#include "isa/executor/core/execute_core.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

// Rows that lie end to end on both sides are one long row.
void copy_rows(uint8_t* dst, const uint8_t* src, const DmaCopy& copy) {
  const auto row_bytes = static_cast<int64_t>(copy.row_bytes);
  if (copy.src_stride1 == row_bytes && copy.dst_stride1 == row_bytes) {
    std::memmove(dst, src, static_cast<size_t>(copy.row_bytes) * copy.n1);
    return;
  }
  for (uint32_t i = 0; i < copy.n1; ++i, src += copy.src_stride1, dst += copy.dst_stride1)
    std::memmove(dst, src, copy.row_bytes);
}

void fill_row(uint8_t* dst, const DmaFill& fill) {
  if (fill.element_bytes == 1) {
    std::memset(dst, static_cast<int>(fill.value & 0xff), fill.row_bytes);
    return;
  }
  for (uint32_t at = 0; at < fill.row_bytes; at += fill.element_bytes)  // little endian, as the host is
    std::memcpy(dst + at, &fill.value, fill.element_bytes);
}

}  // namespace

void execute_dma(const DmaCopy& copy, const MemoryView& memory) {
  const uint8_t* src = memory.at(copy.src);
  uint8_t* dst = memory.at(copy.dst);
  for (int64_t i3 = 0; i3 < copy.n3; ++i3)
    for (int64_t i2 = 0; i2 < copy.n2; ++i2)
      copy_rows(dst + i3 * copy.dst_stride3 + i2 * copy.dst_stride2,
                src + i3 * copy.src_stride3 + i2 * copy.src_stride2, copy);
}

void execute_dma(const DmaFill& fill, const MemoryView& memory) {
  require_whole_elements(fill);
  uint8_t* dst = memory.at(fill.dst);
  for (int64_t i2 = 0; i2 < fill.n2; ++i2)
    for (int64_t i1 = 0; i1 < fill.n1; ++i1)
      fill_row(dst + i2 * fill.dst_stride2 + i1 * fill.dst_stride1, fill);
}

}  // namespace mmasim::isa
