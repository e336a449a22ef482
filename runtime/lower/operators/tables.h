// Tables of constants for DSP instructions.
#pragma once

#include <cstring>
#include <optional>

#include "runtime/lower/schedule/field.h"
#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

struct ConstantTable {
  uint64_t offset = 0, bytes = 0;  // in DDR
};

// That an entry's low bytes are all of it.
inline int64_t whole_entry(int64_t entry, uint64_t entry_bytes) {
  if (entry_bytes < 8) {
    const int64_t end = int64_t{1} << (8 * entry_bytes);  // read as signed or not
    if (entry < -end / 2 || entry >= end) {
      throw std::logic_error("lowering: a table's entry is " + std::to_string(entry) + "; it has " +
                             std::to_string(entry_bytes) + " bytes");
    }
  }
  return entry;
}

// Of the layer begun last: `count` entries of entry_bytes each, little endian.
inline ConstantTable add_table(LoweringContext& context, const std::vector<int64_t>& entries, uint64_t count,
                               uint64_t entry_bytes) {
  const auto name = context.schedule.layers.back().name + ":table";
  const auto offset = context.constants.add(name, count * entry_bytes, [&](uint8_t* data) {
    for (uint64_t i = 0; i < count; ++i) {
      const int64_t entry = whole_entry(entries.at(i), entry_bytes);
      std::memcpy(data + i * entry_bytes, &entry, entry_bytes);
    }
  });
  return {offset, count * entry_bytes};
}

struct LookupTable {
  ConstantTable constants;
  uint8_t fraction_bits = 0;
};

constexpr uint32_t kSegmentsLog2 = 10;  // of tables for operands wider than 8 bits (quantization.md 5.12)

// A direct table of entries as wide as `direct`, or 1025 knots of 64 bits.
inline LookupTable add_lookup_table(LoweringContext& context, const std::vector<int64_t>& entries,
                                    uint32_t operand_bits, isa::Element direct) {
  if (operand_bits == 8) return {add_table(context, entries, 256, isa::element_bytes(direct)), 0};
  return {add_table(context, entries, (1u << kSegmentsLog2) + 1, 8),
          exactly<uint8_t>(int64_t{operand_bits} - kSegmentsLog2, "fraction_bits")};
}

}  // namespace mmasim::runtime
