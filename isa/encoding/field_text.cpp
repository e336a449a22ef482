// Printing and parsing of the values that are more than an integer or a word.
#include "isa/encoding/field_text.h"

#include <charconv>
#include <cmath>

namespace mmasim::isa {
namespace {

constexpr char kQuotedString[] = R"(expected a string in quotes, with \", \\ and \xHH inside)";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Reads a quoted string from the front of `text` and removes it there.
std::string take_string(std::string_view& text) {
  if (text.empty() || text.front() != '"') throw TextError(kQuotedString);
  std::string value;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      if (value.size() > kMaxStringBytes)
        throw TextError(fmt::format("expected at most {} bytes", kMaxStringBytes));
      return value;
    }
    if (text[i] != '\\') {
      value += text[i];
      continue;
    }
    ++i;
    if (i < text.size() && (text[i] == '"' || text[i] == '\\')) {
      value += text[i];
    } else if (i + 2 < text.size() && text[i] == 'x' && hex_digit(text[i + 1]) >= 0 &&
               hex_digit(text[i + 2]) >= 0) {
      value += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      throw TextError(kQuotedString);
    }
  }
  throw TextError(kQuotedString);
}

// Calls take(rest) for every entry of "[entry,entry,...]"; it removes what it has read.
template <class Take>
void parse_list(std::string_view text, const char* expected, Take&& take) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') throw TextError(expected);
  std::string_view rest = text.substr(1, text.size() - 2);
  for (uint32_t entries = 0; !rest.empty(); ++entries) {
    if (entries == kMaxListEntries)
      throw TextError(fmt::format("expected at most {} entries", kMaxListEntries));
    take(rest);
    if (rest.empty()) return;
    if (rest.front() != ',' || rest.size() == 1) throw TextError(expected);
    rest.remove_prefix(1);
  }
}

template <class Integer>
bool read_digits(std::string_view text, int base, Integer& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && stop == end && !text.empty();
}

}  // namespace

void append_text(std::string& out, const std::string& value) {
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_text(std::string& out, const std::vector<std::string>& values) {
  out += '[';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    append_text(out, values[i]);
  }
  out += ']';
}

void append_text(std::string& out, const std::vector<int64_t>& values) {
  out += fmt::format("[{}]", fmt::join(values, ","));
}

void append_text(std::string& out, double value) { out += fmt::format("{}", value); }

void append_text(std::string& out, float value) { out += fmt::format("{}", value); }

void append_text(std::string& out, Address value) {
  out += value.is_none() ? "none" : fmt::format("{}:{:#x}", word(value.space()), value.offset());
}

bool read_integer(std::string_view text, int64_t& value) {
  const bool is_negative = !text.empty() && text.front() == '-';
  uint64_t magnitude = 0;
  if (!read_integer(is_negative ? text.substr(1) : text, magnitude)) return false;
  if (magnitude > (uint64_t{1} << 63) - (is_negative ? 0 : 1)) return false;
  value = static_cast<int64_t>(is_negative ? ~magnitude + 1 : magnitude);
  return true;
}

bool read_integer(std::string_view text, uint64_t& value) {
  if (text.size() > 2 && text[0] == '0' && text[1] == 'x') return read_digits(text.substr(2), 16, value);
  return read_digits(text, 10, value);
}

void parse_text(std::string_view text, uint32_t, std::string& value) {
  value = take_string(text);
  if (!text.empty()) throw TextError(kQuotedString);
}

void parse_text(std::string_view text, uint32_t, std::vector<std::string>& values) {
  values.clear();
  parse_list(text, R"(expected a list of strings such as ["a","b"])",
             [&values](std::string_view& rest) { values.push_back(take_string(rest)); });
}

void parse_text(std::string_view text, uint32_t, std::vector<int64_t>& values) {
  constexpr char kExpected[] = "expected a list of integers such as [1,-2]";
  values.clear();
  parse_list(text, kExpected, [&](std::string_view& rest) {
    const std::string_view entry = rest.substr(0, rest.find(','));
    if (!read_integer(entry, values.emplace_back())) throw TextError(kExpected);
    rest.remove_prefix(entry.size());
  });
}

void parse_text(std::string_view text, uint32_t, double& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value))
    throw TextError("expected a finite number");
}

void parse_text(std::string_view text, uint32_t bytes, float& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !fits(value, bytes))
    throw TextError("expected " + allowed_values<float>(bytes));
}

void parse_text(std::string_view text, uint32_t, Address& value) {
  constexpr char kExpected[] = "expected none, or l2, l3 or ddr with an offset below 2^40 such as l2:0x1f00";
  value = Address{};
  if (text == "none") return;
  const size_t colon = text.find(':');
  uint64_t offset = 0;
  if (colon == std::string_view::npos || !read_integer(text.substr(colon + 1), offset) ||
      offset > Address::kOffsetMask) {
    throw TextError(kExpected);
  }
  for (const Space space : {Space::l2, Space::l3, Space::ddr}) {
    if (text.substr(0, colon) == word(space)) value = Address::in(space, offset);
  }
  if (value.is_none()) throw TextError(kExpected);
}

void parse_text(std::string_view text, uint32_t, bool& value) {
  if (text != "0" && text != "1") throw TextError("expected 0..1");
  value = text == "1";
}

}  // namespace mmasim::isa
