// An address of the SoC's flat 48-bit map: which memory, and the byte within it. Text form: "l2:0x1f00".
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace mmasim::isa {

enum class Space : uint8_t { none = 0, l2 = 1, l3 = 2, ddr = 3 };  // l3 is the MSMC SRAM

struct Address {
  uint64_t raw = 0;  // space in bits 40..47, byte offset in bits 0..39; 0 is "no address"

  // Throws std::logic_error for an offset that the map does not have.
  static constexpr Address in(Space space, uint64_t offset) {
    if (offset > kOffsetMask)
      throw std::logic_error("address: offset " + std::to_string(offset) + " is not below 2^40");
    return {static_cast<uint64_t>(space) << 40 | offset};
  }
  constexpr Space space() const { return static_cast<Space>(raw >> 40); }
  constexpr uint64_t offset() const { return raw & kOffsetMask; }
  constexpr bool is_none() const { return raw == 0; }
  friend constexpr Address operator+(Address a, int64_t bytes) {
    return {a.raw + static_cast<uint64_t>(bytes)};
  }
  friend constexpr bool operator==(Address a, Address b) { return a.raw == b.raw; }
  friend constexpr bool operator!=(Address a, Address b) { return a.raw != b.raw; }

  static constexpr uint64_t kOffsetMask = (uint64_t{1} << 40) - 1;
};

}  // namespace mmasim::isa
