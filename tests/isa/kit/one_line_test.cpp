// Text of a file on one line.
#include "isa/kit/one_line.h"

#include <doctest/doctest.h>

using mmasim::isa::one_line;

TEST_CASE("one line: line ends, tabs and other control characters are escaped, all else stays") {
  CHECK(one_line("a\nb\tc\rd\x1b[1m\x7f") == "a\\nb\\tc\\rd\\x1b[1m\\x7f");
  CHECK(one_line("\xc3\xa4 \\n \"x\"") == "\xc3\xa4 \\n \"x\"");
  CHECK(one_line("") == "");
}
