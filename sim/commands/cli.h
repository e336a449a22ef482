// The command line: parses it, runs the command it names, turns every failure into one line and an exit code.
#pragma once

namespace mmasim::sim {

enum ExitCode : int { kDone = 0, kFailed = 1, kUserMistake = 2, kDefect = 3, kInterrupted = 130 };

int run_command_line(int argc, const char* const* argv);

}  // namespace mmasim::sim
