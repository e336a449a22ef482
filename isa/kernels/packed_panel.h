// B panels as their kernels take them: their room, and how they are made from a panel's rows of bytes. Knows
// neither banks nor addresses.
#pragma once

#include <cstddef>
#include <cstdint>

#include "isa/element.h"

namespace mmasim::isa {

// A packed panel. Zeros follow its rows up to a whole quad.
struct PackedPanel {
  const uint8_t* quads = nullptr;                                       // 8 bit; 16 bit: high bytes
  const int16_t* pairs = nullptr;                                       // 16 bit: [depth / 2][column][2]
  const int32_t *low_correction = nullptr, *high_correction = nullptr;  // 16 bit
  uint32_t rows = 0, used_columns = 0;
};

// Columns of a row in the host's storage of panels and sums.
constexpr uint32_t padded_columns(uint32_t columns) { return (columns + 15) / 16 * 16; }

// The elements of a product's operands, and the bytes of a row of B.
struct PanelOperands {
  Element a, b;
  uint32_t row_bytes;
};

// Whether there are kernels for packed panels of this B: signed, of 8 or 16 bits.
bool takes_packed_panels(Element b);

// The room of a panel of any operands, a multiple of 64.
size_t packed_panel_bytes(uint32_t row_bytes);

// `bytes`: the panel's rows, one after another. The result points into `storage`, which begins on a cache
// line.
PackedPanel pack_panel(const uint8_t* bytes, uint32_t rows, const PanelOperands& operands, uint8_t* storage);

}  // namespace mmasim::isa
