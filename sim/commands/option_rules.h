// Options that serve nothing beside another, and options that need another: refused, so that nothing that a
// user gives is ignored in silence. What depends on files (a seed where every input is given) is refused
// where those are read.
#pragma once

#include <CLI/CLI.hpp>

namespace mmasim::sim {

// Throws runtime::UserError naming the options as they are typed.
void check_option_rules(const CLI::App& command);

}  // namespace mmasim::sim
