#include "sim/report/tuning.h"

#include <doctest/doctest.h>

using namespace mmasim::sim;

TEST_CASE("tuning: a run is on the Pareto front unless another is as good in all and better in one") {
  Tuning tuning;
  // accuracy, cycles, bytes, energy: b is a with more cycles, c dearer and better, d as good as c
  tuning.runs = {{"a", "int8", 0.90, 1, 100, 10, 1.0},
                 {"b", "int8", 0.90, 1, 110, 10, 1.0},
                 {"c", "int8", 0.95, 0, 200, 20, 2.0},
                 {"d", "int8", 0.95, 0, 200, 20, 2.0},
                 {"e", "int8", 0.80, 5, 100, 10, 0.9}};
  mark_pareto(tuning);
  const bool expected[] = {true, false, true, true, true};
  for (size_t i = 0; i < 5; ++i) CHECK(tuning.runs[i].is_pareto == expected[i]);
}
