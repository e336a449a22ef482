#include "tests/quantization/ridge.h"

#include <doctest/doctest.h>

using namespace mmasim::tests::dscnn;

TEST_CASE("ridge: without a penalty a line through its points is found, the bias apart") {
  // t = 2 a - b + 3 at four points
  const auto fit = ridge_fit({0, 0, 1, 0, 0, 1, 2, 2}, 2, {3, 5, 2, 5}, 1, 0);
  CHECK(fit.weights[0] == doctest::Approx(2));
  CHECK(fit.weights[1] == doctest::Approx(-1));
  CHECK(fit.bias[0] == doctest::Approx(3));
}

TEST_CASE("ridge: the penalty shrinks the weights and leaves the bias free") {
  // x = -1, 1, t = 9, 11: weight = sum xt / (sum xx + penalty) = 2 / (2 + 2), bias = the mean
  const auto fit = ridge_fit({-1, 1}, 1, {9, 11}, 1, 2);
  CHECK(fit.weights[0] == doctest::Approx(0.5));
  CHECK(fit.bias[0] == doctest::Approx(10));
}
