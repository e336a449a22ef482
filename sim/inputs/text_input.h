// Text that a command is given: a file, a pipe, or standard input as "-". Its size is bounded before memory
// is taken.
#pragma once

#include <string>

namespace mmasim::sim {

// Throws runtime::UserError for what is missing, unreadable or larger than any file that is read.
std::string read_text_input(const std::string& path);

std::string name_of_input(const std::string& path);  // "standard input" of "-"

}  // namespace mmasim::sim
