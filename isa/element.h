// Elements of tiles, operands and tensors as one table: word, .npy type, bits and kind. Beside it the closed
// sets of modes that instructions name. Knows no values: see semantics/elements.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mmasim::isa {

// The numbers are those of the encoding: append only.
enum class Element : uint8_t {
  s8 = 0,
  u8 = 1,
  s16 = 2,
  u16 = 3,
  s32 = 4,
  u32 = 5,
  s64 = 6,
  s128 = 7,
  f16 = 8,
  f32 = 9,
  s4 = 10,  // two in a byte, the first in its low half; dsp.unpack widens them by a table of 16 entries
  u4 = 11
};

enum class Kind : uint8_t { signed_integer, unsigned_integer, real };  // reals are IEEE 754 binary numbers

struct ElementInfo {
  Element element;
  const char* word;
  const char* npy;  // type in a .npy file; null where NumPy has none
  uint32_t bits;
  Kind kind;
};

constexpr ElementInfo kElements[] = {
    // by their numbers
    {Element::s8, "s8", "|i1", 8, Kind::signed_integer},
    {Element::u8, "u8", "|u1", 8, Kind::unsigned_integer},
    {Element::s16, "s16", "<i2", 16, Kind::signed_integer},
    {Element::u16, "u16", "<u2", 16, Kind::unsigned_integer},
    {Element::s32, "s32", "<i4", 32, Kind::signed_integer},
    {Element::u32, "u32", "<u4", 32, Kind::unsigned_integer},
    {Element::s64, "s64", "<i8", 64, Kind::signed_integer},
    {Element::s128, "s128", nullptr, 128, Kind::signed_integer},
    {Element::f16, "f16", "<f2", 16, Kind::real},
    {Element::f32, "f32", "<f4", 32, Kind::real},
    {Element::s4, "s4", nullptr, 4, Kind::signed_integer},
    {Element::u4, "u4", nullptr, 4, Kind::unsigned_integer},
};
constexpr size_t kNumElements = sizeof kElements / sizeof kElements[0];

constexpr const ElementInfo& element_info(Element e) { return kElements[static_cast<size_t>(e)]; }
constexpr uint32_t element_bits(Element e) { return element_info(e).bits; }
constexpr uint32_t element_bytes(Element e) { return (element_bits(e) + 7) / 8; }
constexpr bool element_is_signed(Element e) { return element_info(e).kind != Kind::unsigned_integer; }
constexpr bool element_is_real(Element e) { return element_info(e).kind == Kind::real; }

// The element of this kind with at least so many bits, s128 where there is none.
constexpr Element narrowest_element(uint32_t bits, Kind kind) {
  Element best = Element::s128;
  for (const ElementInfo& info : kElements)
    if (info.kind == kind && info.bits >= bits && info.bits < element_bits(best)) best = info.element;
  return best;
}
// The operand element of 8, 16 or 32 bits.
constexpr Element operand_element(uint32_t bits, bool is_signed) {
  return narrowest_element(bits, is_signed ? Kind::signed_integer : Kind::unsigned_integer);
}
// The accumulator of operands of 1, 2 or 4 bytes has four times their width (quantization.md 2).
constexpr Element accumulator_element(uint32_t operand_bytes) {
  return narrowest_element(4 * 8 * operand_bytes, Kind::signed_integer);
}

// Counts of work are kept by the width of its operands: 8, 16, and 32 or more bits.
constexpr uint32_t kNumWidths = 3;
constexpr uint32_t width_index(uint32_t operand_bytes) {
  uint32_t index = 0;
  while (index + 1 < kNumWidths && (uint32_t{1} << index) < operand_bytes) ++index;
  return index;
}

enum class Rounding : uint8_t { half_up = 0, half_even = 1, half_away = 2, floor = 3 };
// What becomes of a sum that leaves its accumulator: of the operands' own, or of one of 16 bits.
enum class Overflow : uint8_t { wrap = 0, saturate = 1, trap = 2, wrap16 = 3, saturate16 = 4, trap16 = 5 };
constexpr uint8_t kOverflowPolicies = 3;
constexpr bool is_of_16_bits(Overflow o) { return static_cast<uint8_t>(o) >= kOverflowPolicies; }
constexpr Overflow policy_of(Overflow o) {
  return static_cast<Overflow>(static_cast<uint8_t>(o) % kOverflowPolicies);
}
constexpr Overflow overflow_of(Overflow policy, uint32_t accumulator_bits) {
  const auto first = accumulator_bits == 16 ? kOverflowPolicies : uint8_t{0};
  return static_cast<Overflow>(static_cast<uint8_t>(policy_of(policy)) + first);
}
enum class TableMode : uint8_t { none = 0, common = 1, per_lane = 2 };

}  // namespace mmasim::isa
