// Suggestions for mistyped words.
#include "runtime/nearest_word.h"

#include <doctest/doctest.h>

using mmasim::runtime::nearest_word;

TEST_CASE("nearest word: the fewest edits win, the first of equals") {
  CHECK(nearest_word("lables", {"images", "labels", "name"}) == "labels");  // two replacements
  CHECK(nearest_word("nam", {"mean", "name"}) == "name");                   // one insertion against two edits
  CHECK(nearest_word("", {"bb", "a", "c"}) == "a");
  CHECK(nearest_word("x", {}).empty());
}
