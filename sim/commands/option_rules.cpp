#include "sim/commands/option_rules.h"

#include <algorithm>
#include <string>

#include "runtime/user_error.h"

namespace mmasim::sim {
namespace {

// "--name", or "--name=value": given, and with no other value.
struct Rule {
  const char* command;  // empty: of every command that has both options
  const char* option;
  const char* other;
  const char* why;
};

constexpr Rule kExcluded[] = {
    {"", "--functional-only", "--timing-only", "they leave nothing to run"},
    {"", "--verify", "--timing-only", "no values are made that could be compared"},
    {"", "--compare-float", "--timing-only", "no values are made that could be compared"},
    {"", "--plain", "--timing-only", "no values are made"},
    {"", "--functional-only", "--plain", "it makes values without cycles as it is"},
    {"", "--seed", "--timing-only", "no values are made"},
    {"", "--calibration", "--timing-only", "nothing is calibrated"},
    {"", "--threads", "--plain", "it uses one"},
    {"", "--trace", "--functional-only", "no time passes that could be recorded"},
    {"", "--trace", "--plain", "no time passes that could be recorded"},
    {"", "--trace", "--out=none", "no file is written"},
    {"", "--no-program", "--out=none", "no file is written"},
    {"", "--sort", "--functional-only", "there are no cycles to sort by"},
    {"", "--sort", "--plain", "there are no cycles to sort by"},
    {"", "--bound", "--functional-only", "no layer is bound without cycles"},
    {"", "--bound", "--plain", "no layer is bound without cycles"},
    {"", "--sort", "--format=json", "JSON has all layers as they run"},
    {"", "--bound", "--format=json", "JSON has all layers as they run"},
    {"", "--top", "--format=json", "JSON has all of them"},
    {"run", "--sort", "--format=html", "the page has all layers as they run"},
    {"run", "--bound", "--format=html", "the page has all layers as they run"},
    {"run", "--top", "--format=html", "the page has all layers"},
    {"simulate", "--sort", "--format=html", "the page has all layers as they run"},
    {"simulate", "--bound", "--format=html", "the page has all layers as they run"},
    {"simulate", "--top", "--format=html", "the page has all layers"},
    {"", "--quant", "--plan", "a plan is taken as it is"},
    {"", "--set-quant", "--plan", "a plan is taken as it is"},
    {"", "--precision", "--plan", "a plan is taken as it is"},
    {"", "--calibration", "--plan", "the plan has the ranges"},
    {"", "--calibration", "--precision=float32", "reals need no ranges"},
    {"compile", "--seed", "--plan", "the plan has the ranges"},
    {"compile", "--seed", "--calibration", "the input would have served to calibrate"},
    {"compile", "--seed", "--precision=float32", "reals need no ranges"},
    {"quantize", "--seed", "--calibration", "the input would have served to calibrate"},
    {"advise", "--json", "--format", "it is --format json"},
    {"sweep", "--resume", "--dry-run", "nothing is run"},
    {"sweep", "--engine", "--dry-run", "nothing is run"},
};

constexpr Rule kNeeded[] = {
    {"", "--trace-limit", "--trace", "it bounds a trace"},
    {"", "--trace-layers", "--trace", "it bounds a trace"},
    {"sweep", "--chunk", "--engine=slurm", "tasks are Slurm's"},
    {"sweep", "--sbatch", "--engine=slurm", "sbatch is Slurm's"},
};

const CLI::Option* find_option(const CLI::App& command, const std::string& name) {
  return command.get_option_no_throw(name);
}

bool is_given(const CLI::App& command, const std::string& text) {
  const auto equals = text.find('=');
  const auto* option = find_option(command, text.substr(0, equals));
  if (option == nullptr || option->count() == 0) return false;
  if (equals == std::string::npos) return true;
  const auto& values = option->results();
  const auto is_it = [&](const std::string& value) { return value == text.substr(equals + 1); };
  return std::all_of(values.begin(), values.end(), is_it);
}

std::string typed(std::string text) {
  std::replace(text.begin(), text.end(), '=', ' ');
  return text;
}

bool is_of(const Rule& rule, const CLI::App& command) {
  return (*rule.command == '\0' || command.get_name() == rule.command) && is_given(command, rule.option);
}

}  // namespace

void check_option_rules(const CLI::App& command) {
  for (const auto& rule : kExcluded) {
    if (!is_of(rule, command) || !is_given(command, rule.other)) continue;
    throw runtime::UserError(std::string(rule.option) + " serves nothing beside " + typed(rule.other) + ": " +
                             rule.why + "; leave one of them out");
  }
  for (const auto& rule : kNeeded) {
    if (!is_of(rule, command) || is_given(command, rule.other)) continue;
    throw runtime::UserError(std::string(rule.option) + " serves nothing without " + typed(rule.other) +
                             ": " + rule.why);
  }
}

}  // namespace mmasim::sim
