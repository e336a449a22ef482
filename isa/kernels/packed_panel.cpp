#include "isa/kernels/packed_panel.h"

#include <algorithm>

#include "isa/kernels/kernels.h"

namespace mmasim::isa {
namespace {

// Elements of a whole panel in quads.
size_t quad_elements(uint32_t row_bytes, uint32_t operand_bytes) {
  const uint32_t panel = row_bytes / operand_bytes;
  return size_t{(panel + 3) / 4 * 4} * padded_columns(panel);
}

}  // namespace

bool takes_packed_panels(Element b) { return b == Element::s8 || b == Element::s16; }

size_t packed_panel_bytes(uint32_t row_bytes) {
  const size_t words = 3 * quad_elements(row_bytes, 2) + 8 * size_t{padded_columns(row_bytes / 2)};
  const size_t bytes = quad_elements(row_bytes, 1) * stream_kernels().packed_element_bytes;
  return (std::max(bytes, words) + 63) / 64 * 64;
}

PackedPanel pack_panel(const uint8_t* bytes, uint32_t rows, const PanelOperands& operands, uint8_t* storage) {
  const StreamKernels& kernels = stream_kernels();
  const bool a_is_signed = element_is_signed(operands.a);
  const uint32_t operand_bytes = element_bytes(operands.b), row_bytes = operands.row_bytes;
  const uint32_t columns = padded_columns(row_bytes / operand_bytes);
  PackedPanel packed;
  packed.rows = rows;
  packed.quads = storage;
  if (operand_bytes == 1) {
    packed.used_columns = kernels.pack_bytes(bytes, row_bytes, rows, columns, a_is_signed, storage);
    return packed;
  }
  const size_t elements = quad_elements(row_bytes, 2);
  auto* const pairs = reinterpret_cast<int16_t*>(storage + elements);
  auto* const low_correction = reinterpret_cast<int32_t*>(storage + 3 * elements);
  packed.pairs = pairs;
  packed.low_correction = low_correction;
  packed.high_correction = low_correction + columns;
  packed.used_columns =
      kernels.pack_words(bytes, row_bytes, rows, columns, a_is_signed, pairs,
                         reinterpret_cast<int8_t*>(storage), low_correction, low_correction + columns);
  return packed;
}

}  // namespace mmasim::isa
