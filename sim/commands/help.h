// --help of the program and of each command, printed from command_facts.h.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace mmasim::sim {

// For CLI::App::formatter(); commands inherit it.
class HelpFormatter : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

// `text` behind `head` in a column of its own, in lines no longer than a terminal's.
std::string in_two_columns(const std::string& head, const std::string& text);

}  // namespace mmasim::sim
