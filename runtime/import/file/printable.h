// What a network's file may name things, and what of a file may stand in a message: UTF-8 text. Names keep
// their control characters but NUL, which whoever prints them escapes (isa/kit/one_line.h); messages keep
// none.
#pragma once

#include <string>

namespace mmasim::runtime::importing {

bool is_name(const std::string& text);
std::string made_printable(std::string text);  // with '?' for what is not

}  // namespace mmasim::runtime::importing
