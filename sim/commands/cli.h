// The command line: parses it, runs the command it names, turns every failure into one line and an exit code.
#pragma once

#include "sim/host/exit_code.h"

namespace mmasim::sim {

int run_command_line(int argc, const char* const* argv);

}  // namespace mmasim::sim
