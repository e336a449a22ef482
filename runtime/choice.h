// A choice of one row of a named table, with numbers: a calibrator, a transform, a correction. The tables
// list their parameters in ChoiceParameter rows; checking a choice against them is the same everywhere.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace mmasim::runtime {

struct ChoiceParameter {
  const char* name;
  double standard;   // if it is not given
  double low, high;  // allowed, both included
  const char* sentence;
  bool is_whole = false;
};

using ChoiceValues = std::map<std::string, double>;  // by parameter

// A row by name, and those of its parameters that are not to have their defaults.
struct Choice {
  std::string kind;
  ChoiceValues parameters;

  friend bool operator==(const Choice& a, const Choice& b) {
    return a.kind == b.kind && a.parameters == b.parameters;
  }
  friend bool operator!=(const Choice& a, const Choice& b) { return !(a == b); }
};

// A choice as files have it: "kl", "percentile(percentile=99.9 bins=512)". Throws std::invalid_argument
// saying what is wrong with the form; which rows and parameters there are is not looked at.
Choice parse_choice(const std::string& text);
std::string text_of(const Choice& choice);

// What a row of any such table tells of itself.
struct ChoiceRow {
  std::string name;
  const std::vector<ChoiceParameter>* parameters = nullptr;
};

// The index of the row that is chosen. Throws UserError naming what is not allowed and what is; `table` is
// its word for a row, such as "calibrator".
size_t find_choice(const std::string& table, const std::vector<ChoiceRow>& rows, const Choice& choice);

// All parameters of a row: those given, and the others' defaults.
ChoiceValues all_values(const std::vector<ChoiceParameter>& parameters, const Choice& choice);

}  // namespace mmasim::runtime
