// Names and messages reach reports, terminals and file formats of text: valid UTF-8 without control
// characters.
#pragma once

#include <string>

namespace mmasim::runtime::importing {

bool is_printable(const std::string& text);
std::string made_printable(std::string text);  // with '?' for what is not

}  // namespace mmasim::runtime::importing
