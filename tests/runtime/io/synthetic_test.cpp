// The synthetic input: what it depends on, and its distribution.
#include "runtime/io/synthetic.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace mmasim::runtime;

TEST_CASE("synthetic input: seed, name and index decide a value, the shape does not") {
  const FloatTensor x = synthetic_input({1, 3, 4, 5}, 7, "image");
  CHECK(x.shape == Shape{1, 3, 4, 5});
  CHECK(x.values.size() == 60);
  CHECK(synthetic_input({1, 3, 4, 5}, 7, "image").values == x.values);
  CHECK(synthetic_input({1, 3, 4, 5}, 8, "image").values != x.values);
  CHECK(synthetic_input({1, 3, 4, 5}, 7, "images").values != x.values);
  const FloatTensor longer = synthetic_input({70}, 7, "image");
  CHECK(std::equal(x.values.begin(), x.values.end(), longer.values.begin()));
}

TEST_CASE("synthetic input: mean 0, variance 1, two thirds within one deviation, none beyond 3.47") {
  const FloatTensor x = synthetic_input({100000}, 1, "input");
  double sum = 0, squares = 0;
  int inside = 0;
  for (const float value : x.values) {
    sum += value;
    squares += double{value} * value;
    if (std::abs(value) <= 1.0f) ++inside;
    REQUIRE(std::abs(value) <= 3.47f);
  }
  CHECK(std::abs(sum / 1e5) < 0.01);            // deviation of the mean of 10^5: 0.003
  CHECK(std::abs(squares / 1e5 - 1) < 0.015);   // deviation of the variance: about 0.004
  CHECK(std::abs(inside / 1e5 - 0.66) < 0.02);  // of a sum of four uniform numbers; 0.68 of a normal one
}
