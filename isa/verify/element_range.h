// What the values of an element are, and how many bits sums and products of them need: the DSP computes in
// 128 bits.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "isa/element.h"
#include "isa/encoding/words.h"
#include "isa/verify/extent.h"
#include "isa/verify/violation.h"

namespace mmasim::isa {

// Of integers of 8 to 64 bits.
constexpr int64_t smallest_value(Element e) {
  return !element_is_signed(e) ? 0
                               : -1 - static_cast<int64_t>((uint64_t{1} << (8 * element_bytes(e) - 1)) - 1);
}
constexpr int64_t largest_value(Element e) {
  const uint32_t value_bits = 8 * element_bytes(e) - (element_is_signed(e) ? 1 : 0);
  return static_cast<int64_t>((uint64_t{1} << value_bits) - 1);
}

constexpr uint32_t bit_length(Int128 value) {
  if (value < 0) value = -value;
  uint32_t bits = 0;
  for (; value != 0; value >>= 1) ++bits;
  return bits;
}

// Bits of the magnitude of (value - zero) for any value of the element.
constexpr uint32_t difference_bits(Element e, int64_t zero) {
  return std::max(bit_length(static_cast<Int128>(smallest_value(e)) - zero),
                  bit_length(static_cast<Int128>(largest_value(e)) - zero));
}

inline void expect_arithmetic_bits(uint32_t bits) {
  if (bits > 126) violate("the product before the shift may need {} bits; expected at most 126", bits);
}

inline void expect_clip(Element out, int64_t clip_min, int64_t clip_max) {
  expect_in_range("clip_min", clip_min, smallest_value(out), largest_value(out));
  expect_in_range("clip_max", clip_max, clip_min, largest_value(out));
}

inline bool is_operand(Element e) { return e <= Element::u32; }
inline void expect_operand(const char* name, Element e) {
  if (!is_operand(e)) violate("{} is {}; expected s8, u8, s16, u16, s32 or u32", name, word(e));
}
inline void expect_accumulator(const char* name, Element e) {
  if (e != Element::s32 && e != Element::s64 && e != Element::s128) {
    violate("{} is {}; expected s32, s64 or s128", name, word(e));
  }
}
inline void expect_scalar(const char* name, Element e) {
  if (e > Element::s64) violate("{} is {}; expected an integer of 8 to 64 bits", name, word(e));
}

}  // namespace mmasim::isa
