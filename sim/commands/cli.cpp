#include "sim/commands/cli.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "isa/executor/core/execute_core.h"
#include "isa/kit/nearest_word.h"
#include "isa/kit/one_line.h"
#include "isa/program/assembly.h"
#include "isa/program/program_file.h"
#include "runtime/user_error.h"
#include "sim/commands/command_facts.h"
#include "sim/commands/commands.h"
#include "sim/commands/help.h"
#include "sim/commands/option_rules.h"
#include "traces/file/text_file.h"

namespace mmasim::sim {
namespace {

int complain(const std::string& what, ExitCode code) {
  std::string line = what;  // one line, whatever is in it
  for (auto& c : line) c = c == '\n' || c == '\r' ? ' ' : c;
  while (!line.empty() && line.back() == ' ') line.pop_back();
  std::fflush(stdout);
  std::fprintf(stderr, "mmasim: %s\n", isa::one_line(line).c_str());
  return code;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* each : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(each->get_name());
  return names;
}

// What is wrong with a command line. An option that a command does not know, with the nearest that it knows,
// is told before what it lacks: that may be what was meant.
std::string parse_error_text(const CLI::App& app, const CLI::ParseError& error) {
  const auto subcommands = app.get_subcommands();
  if (subcommands.empty()) return error.what();
  const CLI::App& command = *subcommands.front();
  const auto extras = command.remaining();
  const auto is_option = [](const std::string& text) { return text.rfind("--", 0) == 0; };
  const auto unknown = std::find_if(extras.begin(), extras.end(), is_option);
  if (unknown == extras.end()) return error.what();
  const std::string seen = unknown->substr(0, unknown->find('='));
  std::vector<std::string> known;
  for (const auto* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) known.push_back("--" + name);
  }
  const auto near = isa::likely_word(seen, known);
  return command.get_name() + " has no option " + seen + (near.empty() ? "" : "; did you mean " + near + "?");
}

// Results that did not reach standard output are no results.
int with_output_written(int code) {
  errno = 0;
  const bool flushed = std::fflush(stdout) == 0;
  if (flushed && !std::ferror(stdout)) return code;
  std::fprintf(stderr, "mmasim: standard output cannot be written: %s\n",
               errno != 0 ? std::strerror(errno) : "some of it was lost");
  return code == kDone || code == kFailed ? static_cast<int>(kUserMistake) : code;
}

int perform(const CLI::App& app, const Action& action) {
  try {
    for (const auto* command : app.get_subcommands()) check_option_rules(*command);
    return action();
  } catch (const runtime::UserError& error) {
    return complain(error.what(), kUserMistake);
  } catch (const isa::ProgramFileError& error) {
    return complain(error.what(), kUserMistake);
  } catch (const isa::AssemblyError& error) {
    return complain(error.what(), kUserMistake);
  } catch (const traces::TraceFileError& error) {
    return complain(error.what(), kUserMistake);
  } catch (const isa::OverflowTrap& error) {
    return complain(std::string("an accumulator overflowed: ") + error.what(), kFailed);
  } catch (const std::bad_alloc&) {
    return complain("not enough memory", kUserMistake);
  } catch (const std::exception& error) {
    return complain(std::string("defect: ") + error.what(), kDefect);
  }
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  CLI::App app("Cycle-approximate simulator of SoCs with a matrix multiply accelerator", "mmasim");
  app.set_version_flag("--version", std::string("mmasim ") + MMASIM_VERSION);
  app.require_subcommand(1);
  app.formatter(std::make_shared<HelpFormatter>());
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of writing, told as such
  Action action;
  add_run_command(app, action);
  add_compare_command(app, action);
  add_evaluate_command(app, action);
  add_check_command(app, action);
  add_tune_command(app, action);
  add_quantize_command(app, action);
  add_compile_command(app, action);
  add_simulate_command(app, action);
  add_assemble_command(app, action);
  add_disassemble_command(app, action);
  add_describe_command(app, action);
  add_validate_command(app, action);
  add_advise_command(app, action);
  add_sweep_command(app, action);
  add_perform_command(app, action);
  add_memory_command(app, action);
  add_trace_command(app, action);
  const std::string command = argc > 1 ? argv[1] : "";
  const auto commands = command_names(app);
  const bool is_known = std::find(commands.begin(), commands.end(), command) != commands.end();
  if (!command.empty() && command[0] != '-' && !is_known) {
    auto words = commands;
    words.insert(words.end(), {"--help", "--version"});
    return complain("unknown command '" + command + "'; did you mean '" + isa::nearest_word(command, words) +
                        "'? (see mmasim --help)",
                    kUserMistake);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return with_output_written(app.exit(asked) == 0 ? kDone : kUserMistake);
  } catch (const CLI::ParseError& error) {
    const auto of_command = is_known ? command + " " : "";
    return complain(parse_error_text(app, error) + " (see mmasim " + of_command + "--help)", kUserMistake);
  }
  return with_output_written(perform(app, action));
}

}  // namespace mmasim::sim
