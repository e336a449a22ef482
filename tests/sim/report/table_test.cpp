// Tables as text, Markdown and CSV.
#include "sim/report/table.h"

#include <doctest/doctest.h>

using mmasim::sim::Column;
using mmasim::sim::Table;

namespace {

Table fruit() { return {{{"fruit", Column::Align::left}, {"count"}}, {{"fig", "12"}, {"a|b, \"c\"", "3"}}}; }

}  // namespace

TEST_CASE("table: columns are as wide as their widest cell, numbers at the right") {
  CHECK(fruit().aligned() ==
        "fruit     count\n"
        "fig          12\n"
        "a|b, \"c\"      3\n");
}

TEST_CASE("table: a letter of two bytes is as wide as one") {
  const Table table{{{"x", Column::Align::left}, {"y"}}, {{"\xc3\xa4", "1"}, {"b", "2"}}};
  CHECK(table.aligned() == "x  y\n\xc3\xa4  1\nb  2\n");
}

TEST_CASE("table: control characters of a name reach neither the terminal nor a file") {
  const Table table{{{"x", Column::Align::left}, {"y"}}, {{"a\x1b[31m\nb", "1"}}};
  CHECK(table.aligned() == "x             y\na\\x1b[31m\\nb  1\n");  // the escaped name takes 12 columns
  CHECK(table.csv() == "x,y\na\\x1b[31m\\nb,1\n");
  CHECK(table.markdown() == "| x | y |\n|---|---:|\n| a\\x1b[31m\\nb | 1 |\n");
}

TEST_CASE("table: Markdown escapes bars and says the alignment") {
  CHECK(fruit().markdown() == "| fruit | count |\n|---|---:|\n| fig | 12 |\n| a\\|b, \"c\" | 3 |\n");
}

TEST_CASE("table: CSV quotes what needs it and doubles quotes") {
  CHECK(fruit().csv() == "fruit,count\nfig,12\n\"a|b, \"\"c\"\"\",3\n");
}
