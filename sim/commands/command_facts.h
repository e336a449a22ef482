// What the program may be asked, read from the command line's own tables: the help, the manual page, the
// completion and docs/commands.md are printed from it. Parses nothing.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace mmasim::sim {

struct OptionFacts {
  std::vector<std::string> names;  // "-o", "--output"; of an argument what stands for it, "NETWORK"
  std::string value;               // stands for the value; empty: a switch
  std::string sentence, absent;    // absent: what holds without it; empty: it must be given
  bool may_stand_alone = false;    // the value may be left out: --verify and --verify=layers
  bool is_repeatable = false;

  std::vector<std::string> words() const;  // that a value is made of; empty: no set of words
  std::string usage() const;               // "-o, --output FILE", "--verify[=outputs|layers]"
  std::string full_sentence() const;       // whether it is repeatable, too
  std::string sentence_and_default() const;
};

struct CommandFacts {
  std::string name, sentence;
  std::vector<OptionFacts> arguments, options;
  std::vector<std::string> examples;

  std::string usage() const;  // "mmasim run NETWORK [options]"
};

CommandFacts command_facts(const CLI::App& command);
std::vector<CommandFacts> all_command_facts(const CLI::App& app);

// The exit codes, each with its meaning.
struct ExitCodeFacts {
  int code;
  const char* meaning;
};
const std::vector<ExitCodeFacts>& exit_code_facts();
std::string exit_codes_text();  // on one line

// Two uses of a command, as they can be typed where the files they name are; examples.cpp has the table.
std::vector<std::string> examples_of(const std::string& command);

}  // namespace mmasim::sim
