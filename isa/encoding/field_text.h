// One field's value as text and back: what the assembler reads and the disassembler writes. Numbers are
// decimal (hexadecimal is read too), floats the shortest decimals that read back the same, addresses
// MEMORY:0xOFFSET or none, enumerators their words, strings quoted, lists in brackets. Nothing depends on the
// locale.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "isa/encoding/field_limits.h"

namespace mmasim::isa {

// What is wrong with a piece of text; the assembler adds file and line.
struct TextError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void append_text(std::string& out, const std::string& value);
void append_text(std::string& out, const std::vector<std::string>& values);
void append_text(std::string& out, const std::vector<int64_t>& values);
void append_text(std::string& out, double value);
void append_text(std::string& out, float value);
void append_text(std::string& out, Address value);
template <class Number, class = std::enable_if_t<std::is_integral_v<Number> || std::is_enum_v<Number>>>
void append_text(std::string& out, Number value) {
  if constexpr (std::is_enum_v<Number>) {
    out += word(value);
  } else {
    const fmt::format_int digits(value);
    out.append(digits.data(), digits.size());
  }
}

// Each takes the text of exactly one value and the field's width, and throws TextError that begins with
// "expected".
void parse_text(std::string_view text, uint32_t bytes, std::string& value);
void parse_text(std::string_view text, uint32_t bytes, std::vector<std::string>& values);
void parse_text(std::string_view text, uint32_t bytes, std::vector<int64_t>& values);
void parse_text(std::string_view text, uint32_t bytes, double& value);
void parse_text(std::string_view text, uint32_t bytes, float& value);
void parse_text(std::string_view text, uint32_t bytes, Address& value);
void parse_text(std::string_view text, uint32_t bytes, bool& value);

// False if the text is no integer at all or leaves the 64 bits.
bool read_integer(std::string_view text, int64_t& value);
bool read_integer(std::string_view text, uint64_t& value);

template <class Enum>
std::string words_of() {
  return fmt::format("{}", fmt::join(Words<Enum>::list, ", "));
}

template <class Number>
void parse_text(std::string_view text, uint32_t bytes, Number& value) {
  if constexpr (std::is_enum_v<Number>) {
    for (size_t i = 0; i < number_of_words<Number>(); ++i) {
      if (text != Words<Number>::list[i]) continue;
      value = static_cast<Number>(i);
      return;
    }
    throw TextError("expected " + words_of<Number>());
  } else {
    std::conditional_t<kIsSignedInteger<Number>, int64_t, uint64_t> wide = 0;
    if (!read_integer(text, wide) || !fits(wide, bytes))
      throw TextError("expected " + allowed_values<Number>(bytes));
    value = static_cast<Number>(wide);
  }
}

}  // namespace mmasim::isa
