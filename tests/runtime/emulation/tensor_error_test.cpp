// Errors of integers against floats, worked out by hand.
#include "runtime/emulation/tensor_error.h"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

using namespace mmasim::runtime;

namespace {

TensorPlan grid(uint32_t bits, bool is_signed, double inv_step, int64_t zero_point = 0) {
  TensorPlan plan;
  plan.bits = bits, plan.is_signed = is_signed, plan.inv_step = inv_step, plan.zero_point = zero_point;
  return plan;
}

}  // namespace

TEST_CASE("tensor error: every measure of three values, by hand") {
  // step 0.5: 2, -1, 254 stand for 1, -0.5, ... unsigned 8 bits here: 2, 0, 255 stand for 1, 0, 127.5
  TensorError error;
  error.add(grid(8, false, 2), {{3}, {1.25f, -0.2f, 129}}, {{3}, {2, 0, 255}});
  // errors -0.25, 0.2, -1.5
  CHECK(error.max_abs() == 1.5);
  CHECK(error.mean_abs() == doctest::Approx(1.95 / 3).epsilon(1e-7));
  CHECK(error.bias() == doctest::Approx(-1.55 / 3).epsilon(1e-7));
  // 129 lies 3 steps beyond 255; -0.2 lies 0.4 steps below 0, which is rounding
  CHECK(error.saturated_share() == doctest::Approx(1.0 / 3));
  CHECK(error.grid_used() == 1);
  const double signal = 1.25 * 1.25 + 0.2 * 0.2 + 129.0 * 129, noise = 0.0625 + 0.04 + 2.25;
  CHECK(error.sqnr_db().value() == doctest::Approx(10 * std::log10(signal / noise)).epsilon(1e-6));
}

TEST_CASE("tensor error: runs add up, and a zero point is taken off") {
  TensorError error;
  error.add(grid(8, false, 1, 10), {{1}, {2}}, {{1}, {12}});
  CHECK(!error.sqnr_db());  // exact so far
  error.add(grid(8, false, 1, 10), {{1}, {4}}, {{1}, {15}});
  CHECK(error.bias() == 0.5);
  CHECK(error.grid_used() == 4.0 / 256);  // 12 .. 15
  CHECK(error.sqnr_db().value() == doctest::Approx(10 * std::log10(20.0)));
  CHECK(error.count() == 2);
}

TEST_CASE("tensor error: an index has no grid, and sizes must agree") {
  TensorError error;
  error.add(grid(64, true, 1), {{2}, {3, 4}}, {{2}, {3, 4}});
  CHECK(error.grid_used() == 0);
  CHECK(error.saturated_share() == 0);
  CHECK_THROWS_AS(error.add({{1}, {1}}, {{2}, {1, 2}}), std::logic_error);
}
