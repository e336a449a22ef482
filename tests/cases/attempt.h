// The command, run once in a process of its own: whatever it does ends there. Knows nothing of cases.
#pragma once

#include <string>
#include <vector>

namespace mmasim::cases {

struct Attempt {
  int exit_code = -1;  // none if a signal ended it
  int signal = 0;      // SIGALRM: it took longer than any case may
  std::string error;   // standard error

  bool is_refusal() const;  // exit code 2 and one line
};

// program: another binary of mmasim; empty: the one this program is linked with, without starting a new
// image. `said` is a file for standard error.
Attempt attempt(const std::vector<std::string>& arguments, const std::string& program,
                const std::string& said);

}  // namespace mmasim::cases
