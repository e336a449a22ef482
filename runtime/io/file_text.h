// The text of a file that a person writes: a configuration, a quantization, a sweep.
#pragma once

#include <string>

namespace mmasim::runtime {

// Also of what has no size, such as a pipe. Throws UserError for what cannot be opened or read, and for more
// than 1 MiB: "FILE: is larger than 1 MiB; no WHAT is".
std::string read_file_text(const std::string& file, const std::string& what);

}  // namespace mmasim::runtime
