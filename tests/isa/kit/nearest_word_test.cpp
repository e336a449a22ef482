// Suggestions for misspelt words.
#include "isa/kit/nearest_word.h"

#include <doctest/doctest.h>

using mmasim::isa::likely_word;
using mmasim::isa::nearest_word;

TEST_CASE("nearest word: the fewest edits win, the first of equals") {
  CHECK(nearest_word("lables", {"images", "labels", "name"}) == "labels");  // two replacements
  CHECK(nearest_word("nam", {"mean", "name"}) == "name");                   // one insertion against two edits
  CHECK(nearest_word("", {"bb", "a", "c"}) == "a");
  CHECK(nearest_word("zzzzzz", {"rows"}) == "rows");  // however far
  CHECK(nearest_word("x", {}).empty());
  CHECK(nearest_word(std::string(1000000, 'x'), {"a", "x"}) == "x");  // only the beginning is looked at
}

TEST_CASE("likely word: up to a third of the letters may differ") {
  CHECK(likely_word("shift", {"rows", "shift"}) == "shift");
  CHECK(likely_word("shfit_mode", {"shift", "shift_mode"}) == "shift_mode");  // a swap counts two
  CHECK(likely_word("abc", {"abd"}) == "abd");
  CHECK(likely_word("abc", {"add"}) == "");
  CHECK(likely_word("zzzzzz", {"rows"}) == "");
  CHECK(likely_word(std::string(65, 'x'), {std::string(65, 'x')}) == "");  // no word we know is so long
}
