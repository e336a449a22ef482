// What the process says of itself when it ends.
#pragma once

namespace mmasim::sim {

enum ExitCode : int { kDone = 0, kFailed = 1, kUserMistake = 2, kDefect = 3, kInterrupted = 130 };

}  // namespace mmasim::sim
