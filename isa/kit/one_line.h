// Text of a file as part of a line: a terminal must not obey it and a table not break by it. Control
// characters become \n, \t, \r or \xHH; all else stays.
#pragma once

#include <string>

namespace mmasim::isa {

std::string one_line(const std::string& text);

}  // namespace mmasim::isa
