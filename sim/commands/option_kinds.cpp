#include "sim/commands/option_kinds.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "isa/kit/nearest_word.h"

namespace mmasim::sim {
namespace {

// Decimal digits alone: CLI11 reads 010 as eight, -1 as the largest number and 1e30 as none.
std::optional<uint64_t> number_of(const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string range_text(uint64_t lowest, uint64_t highest) {
  const auto from = std::to_string(lowest);
  return highest == UINT64_MAX ? from + " or more" : from + " to " + std::to_string(highest);
}

std::string short_number(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", number);
  return text;
}

}  // namespace

CLI::Option& described(CLI::Option& option, const OptionText& text) {
  option.description(text.sentence)->type_name(text.value);
  if (text.absent.empty()) {
    option.required();
  } else {
    option.default_str(text.absent);
  }
  return option;
}

CLI::Option& add_repeated(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                          const OptionText& text) {
  return *add_value(command, name, values, text)
              .expected(1)
              ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
              ->allow_extra_args(false);
}

CLI::Option& add_list(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                      const OptionText& text) {
  return *add_repeated(command, name, values, text).delimiter(',');
}

std::vector<std::string> listed(const std::vector<std::string>& texts) {
  std::vector<std::string> names;
  for (const auto& text : texts) {
    std::error_code error;
    const auto parts =
        std::filesystem::exists(text, error) ? std::vector<std::string>{text} : split(text, ',');
    names.insert(names.end(), parts.begin(), parts.end());
  }
  return names;
}

CLI::Option& add_word(CLI::App& command, const std::string& name, std::string& word, const OptionText& text) {
  return *add_value(command, name, word, text).check(one_of(split(text.value, '|')));
}

CLI::Option& add_switch(CLI::App& command, const std::string& name, bool& is_on,
                        const std::string& sentence) {
  return *command.add_flag(name, is_on, sentence)->default_str("off");
}

CLI::Validator whole_number(uint64_t lowest, uint64_t highest) {
  const auto check = [lowest, highest](std::string& text) -> std::string {
    const auto number = number_of(text);
    if (!number || *number < lowest || *number > highest)
      return "'" + text + "'; expected a whole number, " + range_text(lowest, highest);
    text = std::to_string(*number);
    return "";
  };
  return CLI::Validator(check, "");
}

CLI::Validator number_between(double lowest, double highest) {
  const auto check = [lowest, highest](std::string& text) -> std::string {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const bool is_number = !text.empty() && *end == '\0' && std::isfinite(number);
    if (is_number && number >= lowest && number <= highest) return "";
    return "'" + text + "'; expected a number, " + short_number(lowest) + " to " + short_number(highest);
  };
  return CLI::Validator(check, "");
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  const auto check = [words](std::string& text) -> std::string {
    for (const auto& word : words)
      if (text == word) return "";
    const auto near = isa::likely_word(text, words);
    return "'" + text + "'; expected " + joined_by_or(words) +
           (near.empty() ? "" : "; did you mean '" + near + "'?");
  };
  return CLI::Validator(check, "");
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string joined_by_or(const std::vector<std::string>& words) {
  std::string text;
  for (size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 < words.size() ? ", " : " or ") + words[i];
  return text;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace mmasim::sim
