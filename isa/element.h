// Element types of tiles and operands, and the closed sets of modes that instructions name.
#pragma once

#include <cstdint>

namespace mmasim::isa {

enum class Element : uint8_t { s8 = 0, u8 = 1, s16 = 2, u16 = 3, s32 = 4, u32 = 5, s64 = 6, s128 = 7 };

constexpr uint32_t element_bytes(Element e) {
  switch (e) {
    case Element::s8:
    case Element::u8:
      return 1;
    case Element::s16:
    case Element::u16:
      return 2;
    case Element::s32:
    case Element::u32:
      return 4;
    case Element::s64:
      return 8;
    case Element::s128:
      return 16;
  }
  return 0;
}
constexpr bool element_is_signed(Element e) {
  return e != Element::u8 && e != Element::u16 && e != Element::u32;
}

// The operand element of 8, 16 or 32 bits.
constexpr Element operand_element(uint32_t bits, bool is_signed) {
  const auto base = bits == 8 ? Element::s8 : bits == 16 ? Element::s16 : Element::s32;
  return is_signed ? base : static_cast<Element>(static_cast<uint8_t>(base) + 1);
}
// The accumulator of operands of 1, 2 or 4 bytes: 32, 64 or 128 bits (quantization.md 2).
constexpr Element accumulator_element(uint32_t operand_bytes) {
  return operand_bytes == 1 ? Element::s32 : operand_bytes == 2 ? Element::s64 : Element::s128;
}

enum class Rounding : uint8_t { half_up = 0, half_even = 1, half_away = 2, floor = 3 };
enum class Overflow : uint8_t { wrap = 0, saturate = 1, trap = 2 };
enum class TableMode : uint8_t { none = 0, common = 1, per_lane = 2 };

}  // namespace mmasim::isa
