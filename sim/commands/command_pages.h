// What is printed of all commands at once: docs/commands.md, the manual page and the completion of a shell.
// Made of command_facts.h, as the help is.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "sim/describe/describe.h"

namespace mmasim::sim {

Page describe_commands(const CLI::App& app);       // docs/commands.md
std::string manual_page(const CLI::App& app);      // mmasim.1, for man
std::string bash_completion(const CLI::App& app);  // to be read by bash

std::vector<std::string> describe_topics();  // that `mmasim describe` knows

}  // namespace mmasim::sim
