// The word for every value of the closed sets of modes, in the order of their encoding. The codec takes the
// number of values from here, the assembly text and the reference page the words.
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <utility>

#include "isa/address.h"
#include "isa/element.h"
#include "isa/input_rounding.h"
#include "isa/instruction.h"

namespace mmasim::isa {

template <class Enum>
struct Words;  // list: one word per value, from 0 on

template <size_t... index>
constexpr std::array<const char*, kNumElements> element_words(std::index_sequence<index...>) {
  return {kElements[index].word...};
}
template <>
struct Words<Element> {
  static constexpr auto list = element_words(std::make_index_sequence<kNumElements>{});
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
  static constexpr const char* list[] = {"wrap", "saturate", "trap", "wrap16", "saturate16", "trap16"};
};
template <>
struct Words<TableMode> {
  static constexpr const char* list[] = {"none", "common", "per_lane"};
};
template <>
struct Words<FloatOperation> {
  static constexpr const char* list[] = {"add",     "subtract", "multiply",     "divide",
                                         "minimum", "maximum",  "subtract_from"};
};
template <>
struct Words<FloatFunction> {
  static constexpr const char* list[] = {"copy",         "exponential", "sigmoid", "tanh",
                                         "hard_sigmoid", "hard_swish",  "leaky"};
};
template <>
struct Words<FloatPool> {
  static constexpr const char* list[] = {"maximum", "average"};
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
  return std::size(Words<Enum>::list);
}

template <class Enum>
constexpr const char* word(Enum value) {
  return Words<Enum>::list[static_cast<size_t>(value)];
}

}  // namespace mmasim::isa
