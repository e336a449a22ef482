#include "isa/kit/exponential.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using mmasim::exponential;
using mmasim::sigmoid;

TEST_CASE("exponential: it agrees with the C library within two units in the last place") {
  CHECK(exponential(0.0) == 1.0);
  CHECK(exponential(-1000.0) == 0.0);
  CHECK(exponential(1000.0) == std::numeric_limits<double>::infinity());
  CHECK(std::isnan(exponential(std::numeric_limits<double>::quiet_NaN())));
  for (double x = -700; x < 700; x += 0.37) {
    const double expected = std::exp(x), unit = std::nextafter(expected, 1e308) - expected;
    CHECK(std::fabs(exponential(x) - expected) <= 2 * unit);
  }
  CHECK(sigmoid(0.0) == 0.5);
}
