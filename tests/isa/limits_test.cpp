// The sizes that sources keep to, by a plain measure of their text: a file has at most 400 lines, and a
// function at most 60 from its first line to its closing brace. A function is what stands before a brace
// outside all functions and initializers and ends in a parameter list; braces in comments, texts and
// preprocessor lines do not count, nor do functions in functions. Not for tests, and not for the few that are
// tables.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "test_places.h"

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostFileLines = 400, kMostFunctionLines = 60;
const std::set<std::string> kLongFiles = {"isa/instruction.h"};  // the instruction set
// Functions that list entries one after another, as tables do.
const std::set<std::string> kTables = {"runtime/import/operators/operator_table.cpp: table"};

// The text with all that is no code blanked out; lines stay where they are.
class Code {
 public:
  explicit Code(std::string text) : text_(std::move(text)) {
    while (at_ < text_.size()) step();
  }
  const std::string& text() const { return text_; }

 private:
  bool begins(const std::string& what) const { return text_.compare(at_, what.size(), what) == 0; }
  void blank_until(size_t end) {
    for (end = std::min(end, text_.size()); at_ < end; ++at_)
      if (text_[at_] != '\n') text_[at_] = ' ';
  }
  size_t behind(const std::string& what, size_t from) const {
    const size_t found = text_.find(what, from);
    return found == std::string::npos ? text_.size() : found + what.size();
  }
  size_t end_of_line() const { return behind("\n", at_) - 1; }
  size_t end_of_directive() const {  // a backslash continues it
    size_t end = at_;
    do {
      end = behind("\n", end);
    } while (end < text_.size() && text_[end - 2] == '\\');
    return end;
  }
  size_t end_of_quoted(char quote) const {
    size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    return end + 1;
  }
  bool is_digit_separator() const {
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1]));
  }
  void step() {
    const bool starts_line = text_.find_last_not_of(" \t", at_ - 1) == std::string::npos || at_ == 0 ||
                             text_[text_.find_last_not_of(" \t", at_ - 1)] == '\n';
    if (begins("//")) {
      blank_until(end_of_line());
    } else if (begins("/*")) {
      blank_until(behind("*/", at_ + 2));
    } else if (begins("R\"")) {
      const size_t open = text_.find('(', at_);
      blank_until(behind(")" + text_.substr(at_ + 2, open - at_ - 2) + "\"", open));
    } else if (text_[at_] == '"' || (text_[at_] == '\'' && !is_digit_separator())) {
      blank_until(end_of_quoted(text_[at_]));
    } else if (text_[at_] == '#' && starts_line) {
      blank_until(end_of_directive());
    } else {
      ++at_;
    }
  }

  std::string text_;
  size_t at_ = 0;
};

struct Function {
  std::string name;
  size_t line, lines;
};

bool opens_scope(const std::string& head) {  // of a namespace or type
  static const std::regex kScope(
      R"(^\s*(template\s*<[^{}]*>\s*)?(inline\s+|typedef\s+)?(namespace|struct|class|union|extern)\b)");
  return std::regex_search(head, kScope) && head.find('(') == std::string::npos;
}

// `name` of what ends like a function's head: a parameter list, qualifiers, perhaps members' initial values.
bool opens_function(const std::string& head, std::string& name) {
  static const std::regex kHead(R"(((?:[\w~]+::)*(?:~?\w+|operator\s*\W+?|operator\(\)))\s*\()");
  std::smatch match;
  if (!std::regex_search(head, match, kHead)) return false;
  const size_t equals = head.find('=');
  if (equals < static_cast<size_t>(match.position()) && head.find("operator") == std::string::npos)
    return false;
  name = match[1];
  return true;
}

std::vector<Function> functions_of(const std::string& text) {
  std::vector<Function> functions;
  const std::string code = Code(text).text();
  size_t head = 0, parentheses = 0;
  for (size_t at = 0; at < code.size(); ++at) {
    const char c = code[at];
    parentheses += c == '(' ? 1 : c == ')' ? static_cast<size_t>(-1) : 0;
    if (c == ';' && parentheses == 0) head = at + 1;
    if (c == '}') head = at + 1;  // of a scope
    if (c != '{') continue;
    const std::string before = code.substr(head, at - head);
    if (parentheses == 0 && opens_scope(before)) {
      head = at + 1;
      continue;
    }
    size_t depth = 0, close = at;  // of a function's body, or of values
    for (; close < code.size(); ++close) {
      depth += code[close] == '{' ? 1 : code[close] == '}' ? static_cast<size_t>(-1) : 0;
      if (depth == 0) break;
    }
    std::string name;
    const size_t next = code.find_first_not_of(" \n", close + 1);
    const bool is_member_value = next != std::string::npos && (code[next] == ',' || code[next] == '{');
    if (parentheses == 0 && !is_member_value && opens_function(before, name)) {
      const size_t first = code.find_first_not_of(" \n", head);
      const auto line_of = [&](size_t place) {
        return 1 + static_cast<size_t>(
                       std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(place), '\n'));
      };
      functions.push_back({name, line_of(first), line_of(close) - line_of(first) + 1});
      head = close + 1;
    }
    at = close;
  }
  return functions;
}

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_CASE("limits: what the measure counts") {
  const auto functions = functions_of(R"(// int comment() {
#define MACRO \
  int macro() {
namespace a {
const int table[] = {f(1), 2};
struct S : T {
  S(int x)
      : a_{x}, b_(2) {
  }
  bool operator==(const S&) const { return "}"[0] == '{'; }
  int member = g({1});
};
template <class X>
int free(X x,
         int y) noexcept {
  if (x) {
    return [] { return 1; }();
  }
}  // free
}
)");
  REQUIRE(functions.size() == 3);
  CHECK(functions[0].name == "S");
  CHECK(functions[0].line == 7);
  CHECK(functions[0].lines == 3);
  CHECK(functions[1].name == "operator==");
  CHECK(functions[1].lines == 1);
  CHECK(functions[2].name == "free");
  CHECK(functions[2].line == 13);
  CHECK(functions[2].lines == 7);
}

TEST_CASE("limits: files have at most 400 lines, functions 60") {
  size_t files = 0, functions = 0, exceptions = 0;
  std::vector<std::string> too_long;
  for (const char* folder : {"isa", "runtime", "models", "sim"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(MMASIM_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".h" && entry.path().extension() != ".cpp") continue;
      const std::string file = fs::relative(entry.path(), MMASIM_SOURCE_DIR).generic_string();
      const std::string text = read(entry.path());
      const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
      ++files;
      if (lines > kMostFileLines) {
        if (kLongFiles.count(file) != 0) {
          ++exceptions;
        } else {
          too_long.push_back(file + ": " + std::to_string(lines) + " lines");
        }
      }
      for (const Function& function : functions_of(text)) {
        ++functions;
        if (function.lines <= kMostFunctionLines) continue;
        if (kTables.count(file + ": " + function.name) != 0) {
          ++exceptions;
        } else {
          too_long.push_back(file + ":" + std::to_string(function.line) + ": " + function.name + " has " +
                             std::to_string(function.lines) + " lines");
        }
      }
    }
  }
  CHECK(exceptions == kLongFiles.size() + kTables.size());  // none is named that needs it no more
  CHECK(files > 300);
  CHECK(functions > 1500);
  std::string list;
  for (const auto& what : too_long) list += "\n  " + what;
  CHECK(list == "");
}
