// Spaces separate, '#' begins a comment, except inside quotes.
#include "isa/program/line_scanner.h"

#include "isa/encoding/field_text.h"

namespace mmasim::isa {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Characters up to the first space or comment outside of quotes.
size_t unquoted_length(std::string_view text) {
  bool is_quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (is_quoted && text[i] == '\\')
      ++i;
    else if (!is_quoted && (is_space(text[i]) || text[i] == '#'))
      return i;
  }
  return text.size();
}

}  // namespace

void LineScanner::skip_space() {
  while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  if (!rest_.empty() && rest_.front() == '#') rest_ = {};
}

std::string_view LineScanner::take(size_t characters) {
  const std::string_view taken = rest_.substr(0, characters);
  rest_.remove_prefix(characters);
  skip_space();
  return taken;
}

std::string_view LineScanner::take_word() { return take(unquoted_length(rest_)); }

LineScanner::Pair LineScanner::take_pair() {
  const std::string_view text = take_word();
  const size_t equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    throw TextError(fmt::format("'{}' is no field; expected NAME=VALUE", text.substr(0, 60)));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

}  // namespace mmasim::isa
