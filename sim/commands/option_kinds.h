// The kinds of options and arguments that commands have: what the help says of one, which values it takes.
// Knows no command and no option by name.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace mmasim::sim {

// What the help says of an option or argument.
struct OptionText {
  std::string value;     // stands for the value: "N", "FILE", "table|json"
  std::string sentence;  // what it is
  std::string absent{};  // what holds without it; empty: it must be given
};

CLI::Option& described(CLI::Option& option, const OptionText& text);

template <class Value>
CLI::Option& add_value(CLI::App& command, const std::string& names, Value& value, const OptionText& text) {
  return described(*command.add_option(names, value), text);
}

// One value each time it is given.
CLI::Option& add_repeated(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                          const OptionText& text);
// A comma-separated list each time it is given.
CLI::Option& add_list(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                      const OptionText& text);
// The same of names and files: whole where a file is so called, commas and all; else split at the commas.
std::vector<std::string> listed(const std::vector<std::string>& texts);
// One of the words between the '|' of `text.value`.
CLI::Option& add_word(CLI::App& command, const std::string& name, std::string& word, const OptionText& text);
// Off unless given.
CLI::Option& add_switch(CLI::App& command, const std::string& name, bool& is_on, const std::string& sentence);

// Refuse what is no such value, and say in a few words what is allowed. whole_number is for transform(): it
// takes leading zeros away, which CLI11 would read as octal.
CLI::Validator whole_number(uint64_t lowest, uint64_t highest = UINT64_MAX);  // in decimal digits
CLI::Validator number_between(double lowest, double highest);
CLI::Validator one_of(const std::vector<std::string>& words);

std::string joined(const std::vector<std::string>& words, const std::string& between);
std::string joined_by_or(const std::vector<std::string>& words);  // "a, b or c"
std::vector<std::string> split(const std::string& text, char at);

}  // namespace mmasim::sim
