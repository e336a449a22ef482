// The word for every value of the closed sets of modes, in the order of their encoding. The codec takes the
// number of values from here, the assembly text and the reference page the words.
#pragma once

#include <cstddef>

#include "isa/address.h"
#include "isa/element.h"
#include "isa/input_rounding.h"
#include "isa/instruction.h"

namespace mmasim::isa {

template <class Enum>
struct Words;  // list: one word a value, from 0 on

template <>
struct Words<Element> {
  static constexpr const char* list[] = {"s8", "u8", "s16", "u16", "s32", "u32", "s64", "s128"};
};
template <>
struct Words<Rounding> {
  static constexpr const char* list[] = {"half_up", "half_even", "half_away", "floor"};
};
template <>
struct Words<InputRounding> {
  static constexpr const char* list[] = {"half_up_product", "half_even_quotient"};
};
template <>
struct Words<Overflow> {
  static constexpr const char* list[] = {"wrap", "saturate", "trap"};
};
template <>
struct Words<TableMode> {
  static constexpr const char* list[] = {"none", "common", "per_lane"};
};
template <>
struct Words<Setup> {
  static constexpr const char* list[] = {"none", "call", "heavy", "light"};
};
template <>
struct Words<Unit> {
  static constexpr const char* list[] = {"mma", "dsp"};
};
template <>
struct Words<Space> {
  static constexpr const char* list[] = {"none", "l2", "l3", "ddr"};
};

template <class Enum>
constexpr size_t number_of_words() {
  return sizeof(Words<Enum>::list) / sizeof(Words<Enum>::list[0]);
}

template <class Enum>
constexpr const char* word(Enum value) {
  return Words<Enum>::list[static_cast<size_t>(value)];
}

}  // namespace mmasim::isa
