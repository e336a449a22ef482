#include "isa/kernels/packed_panel.h"

#include <algorithm>

#include "isa/kernels/kernels.h"

namespace mmasim::isa {
namespace {

using Registers = CoreState::Registers;

// Elements of a whole panel in quads.
size_t quad_elements(const Machine& machine, uint32_t operand_bytes) {
  const uint32_t panel = machine.panel(operand_bytes);
  return size_t{(panel + 3) / 4 * 4} * Registers::padded(panel);
}

}  // namespace

bool takes_packed_panels(const MmaConfig& config) {
  return config.b == Element::s8 || config.b == Element::s16;
}

size_t packed_panel_bytes(const Machine& machine) {
  const size_t words = 3 * quad_elements(machine, 2) + 8 * size_t{Registers::padded(machine.panel(2))};
  return (std::max(quad_elements(machine, 1) * stream_kernels().packed_element_bytes, words) + 63) / 64 * 64;
}

PackedPanel pack_panel(const uint8_t* bytes, uint32_t rows, const MmaConfig& config, const Machine& machine,
                       uint8_t* storage) {
  const StreamKernels& kernels = stream_kernels();
  const bool a_is_signed = element_is_signed(config.a);
  const uint32_t operand_bytes = element_bytes(config.b);
  const uint32_t columns = Registers::padded(machine.panel(operand_bytes));
  PackedPanel packed;
  packed.rows = rows;
  packed.quads = storage;
  if (operand_bytes == 1) {
    packed.used_columns = kernels.pack_bytes(bytes, machine.array_bytes, rows, columns, a_is_signed, storage);
    return packed;
  }
  const size_t elements = quad_elements(machine, 2);
  auto* const pairs = reinterpret_cast<int16_t*>(storage + elements);
  auto* const low_correction = reinterpret_cast<int32_t*>(storage + 3 * elements);
  packed.pairs = pairs;
  packed.low_correction = low_correction;
  packed.high_correction = low_correction + columns;
  packed.used_columns =
      kernels.pack_words(bytes, machine.array_bytes, rows, columns, a_is_signed, pairs,
                         reinterpret_cast<int8_t*>(storage), low_correction, low_correction + columns);
  return packed;
}

}  // namespace mmasim::isa
