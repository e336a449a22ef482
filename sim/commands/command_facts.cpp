#include "sim/commands/command_facts.h"

#include <algorithm>
#include <cctype>

#include "sim/commands/option_kinds.h"
#include "sim/host/exit_code.h"

namespace mmasim::sim {
namespace {

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const auto& name : option.get_snames()) names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

OptionFacts option_facts(const CLI::Option& option) {
  OptionFacts facts;
  facts.names = option.nonpositional() ? names_of(option) : std::vector<std::string>{option.get_type_name()};
  facts.may_stand_alone = !option.get_option_text().empty();
  if (facts.may_stand_alone) {
    facts.value = option.get_option_text();
  } else if (takes_value(option) && option.nonpositional()) {
    facts.value = option.get_type_name();
  }
  facts.sentence = option.get_description();
  facts.absent = option.get_default_str();
  facts.is_repeatable =
      option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll && takes_value(option);
  facts.is_repeatable = facts.is_repeatable || option.get_expected_max() > 1;
  return facts;
}

}  // namespace

std::vector<std::string> OptionFacts::words() const {
  const auto is_of_words = [](char c) {
    return c == '|' || c == '-' || c == '.' || std::islower(c) || std::isdigit(c);
  };
  if (value.find_first_of("|,") == std::string::npos) return {};
  if (std::all_of(value.begin(), value.end(), is_of_words)) return split(value, '|');
  return {};
}

std::string OptionFacts::usage() const {
  const auto name = joined(names, ", ");
  if (value.empty()) return name;
  return may_stand_alone ? name + "[=" + value + "]" : name + " " + value;
}

std::string OptionFacts::full_sentence() const { return sentence + (is_repeatable ? "; repeatable" : ""); }

std::string OptionFacts::sentence_and_default() const {
  return full_sentence() + " (" + (absent.empty() ? "required" : "default: " + absent) + ")";
}

std::string CommandFacts::usage() const {
  std::string text = "mmasim " + name;
  for (const auto& argument : arguments) {
    const auto one = argument.names.front() + (argument.is_repeatable ? "..." : "");
    text += argument.absent.empty() ? " " + one : " [" + one + "]";
  }
  for (const auto& option : options)
    if (option.absent.empty()) text += " " + option.names.back() + " " + option.value;
  return text + " [options]";
}

CommandFacts command_facts(const CLI::App& command) {
  CommandFacts facts{command.get_name(), command.get_description(), {}, {}, examples_of(command.get_name())};
  for (const auto* option : command.get_options()) {
    if (option == command.get_help_ptr()) continue;
    (option->nonpositional() ? facts.options : facts.arguments).push_back(option_facts(*option));
  }
  return facts;
}

std::vector<CommandFacts> all_command_facts(const CLI::App& app) {
  std::vector<CommandFacts> all;
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; }))
    all.push_back(command_facts(*command));
  return all;
}

const std::vector<ExitCodeFacts>& exit_code_facts() {
  static const std::vector<ExitCodeFacts> facts{{kDone, "done"},
                                                {kFailed, "a verification or a target failed"},
                                                {kUserMistake, "a mistake in arguments or files"},
                                                {kDefect, "a defect of mmasim"},
                                                {kInterrupted, "interrupted"}};
  return facts;
}

std::string exit_codes_text() {
  std::vector<std::string> codes;
  for (const auto& each : exit_code_facts()) codes.push_back(std::to_string(each.code) + " " + each.meaning);
  return "exit codes: " + joined(codes, ", ");
}

}  // namespace mmasim::sim
