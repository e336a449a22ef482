// Elements in memory: their ranges, and one element read or written at any alignment.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>

#include "isa/arithmetic.h"
#include "isa/element.h"

namespace mmasim::isa {

// Calls visit with a value of the C++ type of `element`, an integer of 8, 16 or 32 bits.
template <class Visit>
constexpr decltype(auto) with_word(Element element, Visit&& visit) {
  switch (element) {
    case Element::s8:
      return visit(int8_t{});
    case Element::u8:
      return visit(uint8_t{});
    case Element::s16:
      return visit(int16_t{});
    case Element::u16:
      return visit(uint16_t{});
    case Element::s32:
      return visit(int32_t{});
    case Element::u32:
      return visit(uint32_t{});
    default:
      break;
  }
  throw std::logic_error("no integer of 8, 16, 32, 64 or 128 bits");
}

// As above; also of 64 and 128 bits.
template <class Visit>
constexpr decltype(auto) with_element(Element element, Visit&& visit) {
  if (element == Element::s64) return visit(int64_t{});
  if (element == Element::s128) return visit(Wide{});
  return with_word(element, visit);
}

// Of integers of whole bytes.
constexpr Wide element_lowest(Element e) {
  return element_is_signed(e) ? kWideMin >> (128 - 8 * static_cast<int>(element_bytes(e))) : 0;
}
constexpr Wide element_highest(Element e) {
  const int bits = 8 * static_cast<int>(element_bytes(e)) - (element_is_signed(e) ? 1 : 0);
  return kWideMax >> (127 - bits);
}
// The largest |v| of the element; that of s128 counts as 2^127 - 1.
constexpr Wide element_magnitude(Element e) {
  return e == Element::s128 ? kWideMax : element_is_signed(e) ? -element_lowest(e) : element_highest(e);
}

template <class E>
E read_as(const uint8_t* at) {
  E value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
template <class E>
void write_as(uint8_t* at, E value) {
  std::memcpy(at, &value, sizeof value);
}

inline Wide read_element(Element element, const uint8_t* at) {
  return with_element(element, [at](auto e) -> Wide { return read_as<decltype(e)>(at); });
}
// The low bytes of the value; the host is little-endian.
inline void write_element(Element element, uint8_t* at, Wide value) {
  std::memcpy(at, &value, element_bytes(element));
}

}  // namespace mmasim::isa
