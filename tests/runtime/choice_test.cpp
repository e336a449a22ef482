// Choices as text, there and back.
#include "runtime/choice.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace mmasim::runtime;

TEST_CASE("choice: text there and back") {
  CHECK(parse_choice("kl") == Choice{"kl", {}});
  CHECK(parse_choice("percentile(percentile=99.9 bins=512)") ==
        Choice{"percentile", {{"percentile", 99.9}, {"bins", 512}}});
  CHECK(parse_choice("cle()") == Choice{"cle", {}});
  for (const char* text : {"kl", "percentile(bins=512 percentile=99.9)", "minmax_ema(beta=-1)", "x(a=1e-07)"})
    CHECK(text_of(parse_choice(text)) == text);
}

TEST_CASE("choice: text of another form is refused") {
  for (const char* text :
       {"", "(a=1)", "x(", "x)", "x(a)", "x(a=)", "x(a=1", "x(a=1)y", "x(=1)", "x(a=1 a=2)", "x(a=1b)"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_choice(text), std::invalid_argument);
  }
}
