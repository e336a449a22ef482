#include "runtime/choice.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include "isa/kit/nearest_word.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {
namespace {

constexpr size_t kLongestWord = 64;  // of what a message repeats

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

void check_parameter(const std::string& subject, const std::vector<ChoiceParameter>& parameters,
                     const std::string& name, double value) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const ChoiceParameter& each) { return each.name == name; });
  if (found == parameters.end()) {
    std::vector<std::string> names;
    for (const ChoiceParameter& each : parameters) names.emplace_back(each.name);
    throw UserError(subject + " has no parameter '" + name.substr(0, kLongestWord) + "'" +
                    (names.empty() ? "; it has none" : "; its parameters: " + list_of(names)));
  }
  const bool fits = value >= found->low && value <= found->high &&  // false for NaN
                    (!found->is_whole || value == std::floor(value));
  if (fits) return;
  throw UserError(subject + ": " + name + " is " + number_text(value) + "; expected " +
                  (found->is_whole ? "a whole number in " : "") + number_text(found->low) + ".." +
                  number_text(found->high));
}

}  // namespace

Choice parse_choice(const std::string& text) {
  const size_t open = text.find('(');
  Choice choice{text.substr(0, open), {}};
  const bool closes = open == std::string::npos ? text.find(')') == std::string::npos
                                                : text.size() > open + 1 && text.find(')') == text.size() - 1;
  if (choice.kind.empty() || !closes) {
    throw std::invalid_argument("'" + text.substr(0, kLongestWord) +
                                "' is no name, alone or with (parameter=number ...) behind it");
  }
  if (open == std::string::npos) return choice;
  std::istringstream parameters(text.substr(open + 1, text.size() - open - 2));
  for (std::string each; parameters >> each;) {
    const size_t equals = each.find('=');
    char* end = nullptr;
    const std::string number = equals == std::string::npos ? "" : each.substr(equals + 1);
    const double value = std::strtod(number.c_str(), &end);
    const bool is_pair = equals != std::string::npos && equals > 0 && !number.empty() && *end == '\0';
    if (!is_pair || !choice.parameters.emplace(each.substr(0, equals), value).second) {
      throw std::invalid_argument("'" + each.substr(0, kLongestWord) + "' in '" +
                                  choice.kind.substr(0, kLongestWord) +
                                  "(...)' is no parameter=number, or is given twice");
    }
  }
  return choice;
}

std::string text_of(const Choice& choice) {
  if (choice.parameters.empty()) return choice.kind;
  std::string list;
  for (const auto& [name, value] : choice.parameters) {
    char shortest[32];  // digits that give the value back
    for (int digits = 1; digits <= 17; ++digits) {
      std::snprintf(shortest, sizeof shortest, "%.*g", digits, value);
      if (std::strtod(shortest, nullptr) == value) break;
    }
    list += (list.empty() ? "" : " ") + name + "=" + shortest;
  }
  return choice.kind + "(" + list + ")";
}

size_t find_choice(const std::string& table, const std::vector<ChoiceRow>& rows, const Choice& choice) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const ChoiceRow& row) { return row.name == choice.kind; });
  if (found == rows.end()) {
    std::vector<std::string> names;
    for (const ChoiceRow& row : rows) names.push_back(row.name);
    const std::string seen = choice.kind.substr(0, kLongestWord);
    throw UserError(table + " '" + seen + "' is unknown; nearest is '" + isa::nearest_word(seen, names) +
                    "'; " + table + "s: " + list_of(names));
  }
  for (const auto& [name, value] : choice.parameters)
    check_parameter(table + " '" + found->name + "'", *found->parameters, name, value);
  return static_cast<size_t>(found - rows.begin());
}

ChoiceValues all_values(const std::vector<ChoiceParameter>& parameters, const Choice& choice) {
  ChoiceValues values;
  for (const ChoiceParameter& parameter : parameters) values[parameter.name] = parameter.standard;
  for (const auto& [name, value] : choice.parameters) values[name] = value;
  return values;
}

}  // namespace mmasim::runtime
