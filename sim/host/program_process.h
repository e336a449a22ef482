// Another program in a process of its own, whose end is waited for.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace mmasim::sim {

// arguments: the program, looked for in PATH, and what it is given. Its output goes where this program's does
// not: to the file. waiting is called several times a second. Its exit code; 128 + n if signal n ended it.
// Throws runtime::UserError if there is no such program.
int run_program(const std::vector<std::string>& arguments, const std::string& output_file,
                const std::function<void()>& waiting);

}  // namespace mmasim::sim
