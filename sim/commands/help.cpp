#include "sim/commands/help.h"

#include <sstream>

#include "sim/commands/command_facts.h"

namespace mmasim::sim {
namespace {

constexpr size_t kIndent = 2, kSecondColumn = 30, kColumns = 110;

std::string argument_line(const OptionFacts& argument) {
  return in_two_columns(argument.usage(),
                        argument.sentence + (argument.absent.empty() ? "" : " (may be left out)"));
}

std::string help_of_command(const CommandFacts& command) {
  std::string text = command.sentence + "\n\nusage: " + command.usage() + "\n\n";
  for (const auto& argument : command.arguments) text += argument_line(argument);
  text += "\noptions:\n";
  for (const auto& option : command.options)
    text += in_two_columns(option.usage(), option.sentence_and_default());
  text += in_two_columns("-h, --help", "print this and exit");
  text += "\nexamples:\n";
  for (const auto& example : command.examples) text += "  " + example + "\n";
  return text + "\n" + exit_codes_text() + "\n";
}

std::string help_of_program(const CLI::App& app) {
  std::string text = app.get_description() + "\n\nusage: mmasim COMMAND [arguments] [options]\n\ncommands:\n";
  for (const auto& command : all_command_facts(app)) text += in_two_columns(command.name, command.sentence);
  text += "\noptions:\n" +
          in_two_columns("-h, --help", "print this and exit; behind a command: its options") +
          in_two_columns("--version", "print the version and exit");
  return text + "\n" + exit_codes_text() + "\n";
}

}  // namespace

std::string in_two_columns(const std::string& head, const std::string& text) {
  const std::string margin(kSecondColumn, ' ');
  std::string lines, line = std::string(kIndent, ' ') + head;
  if (line.size() + kIndent > kSecondColumn) {
    lines = line + "\n";
    line = margin;
  } else {
    line.resize(kSecondColumn, ' ');
  }
  std::istringstream words(text);
  bool is_first = true;
  for (std::string word; words >> word; is_first = false) {
    if (!is_first && line.size() + 1 + word.size() > kColumns) {
      lines += line + "\n";
      line = margin + word;
    } else {
      line += (is_first ? "" : " ") + word;
    }
  }
  return lines + line + "\n";
}

std::string HelpFormatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
  return app->get_parent() == nullptr ? help_of_program(*app) : help_of_command(command_facts(*app));
}

}  // namespace mmasim::sim
