#include "runtime/quantize/rounding.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

using namespace mmasim::runtime;
using namespace mmasim::runtime::quantization;

TEST_CASE("quantize rounding: the table of half up, half even and half away") {
  const double v[] = {0.5, 1.5, 2.5, -0.5, -1.5, -2.5};
  const double up[] = {1, 2, 3, 0, -1, -2}, even[] = {0, 2, 2, 0, -2, -2}, away[] = {1, 2, 3, -1, -2, -3};
  for (int i = 0; i < 6; ++i) {
    CHECK(round_half_up(v[i]) == up[i]);
    CHECK(round_half_even(v[i]) == even[i]);
    CHECK(round_half_away(v[i]) == away[i]);
  }
}

TEST_CASE("quantize rounding: ceil and floor of log2 are exact at powers of two and one step beside them") {
  CHECK(ceil_log2(1.0) == 0);
  CHECK(ceil_log2(1.0000001) == 1);
  CHECK(floor_log2(1.0) == 0);
  CHECK(floor_log2(0.9999999) == -1);
  for (int e = -300; e <= 300; e += 7) {
    const double power = std::ldexp(1.0, e);
    CHECK(ceil_log2(power) == e);
    CHECK(ceil_log2(std::nextafter(power, 1e308)) == e + 1);
    CHECK(ceil_log2(std::nextafter(power, 0.0)) == e);
    CHECK(floor_log2(power) == e);
    CHECK(floor_log2(std::nextafter(power, 0.0)) == e - 1);
    CHECK(is_power_of_two(power));
    CHECK_FALSE(is_power_of_two(std::nextafter(power, 0.0)));
  }
  CHECK_THROWS_AS(ceil_log2(0.0), std::logic_error);
  CHECK_THROWS_AS(ceil_log2(std::numeric_limits<double>::infinity()), std::logic_error);
}

TEST_CASE("quantize rounding: a multiplier has its top bit set, and one that rounds up to 2^bits is halved") {
  // 0.75 = 0.75 * 2^0: M = 0.75 * 2^31, k = 31
  CHECK(normalize_multiplier(0.75, 31).multiplier == 1610612736);
  CHECK(normalize_multiplier(0.75, 31).shift == 31);
  // 1 = 0.5 * 2^1: M = 2^30, k = 30
  CHECK(normalize_multiplier(1.0, 31).multiplier == 1073741824);
  CHECK(normalize_multiplier(1.0, 31).shift == 30);
  // 1 - 2^-53 has m * 2^31 just below 2^31, which rounds to 2^31: M = 2^30, e = 1
  CHECK(normalize_multiplier(std::nextafter(1.0, 0.0), 31).multiplier == 1073741824);
  CHECK(normalize_multiplier(std::nextafter(1.0, 0.0), 31).shift == 30);
  // 8 bits: 0.3 = 0.6 * 2^-1: M = RHA(153.6) = 154, k = 8 + 1
  CHECK(normalize_multiplier(0.3, 8).multiplier == 154);
  CHECK(normalize_multiplier(0.3, 8).shift == 9);
}

TEST_CASE("quantize rounding: a multiplier too small for the longest shift keeps the shift and loses bits") {
  const Multiplier tiny = normalize_multiplier(std::ldexp(0.75, -100), 31);  // k would be 131
  CHECK(tiny.shift == 127);
  CHECK(tiny.multiplier == 100663296);  // 0.75 * 2^(127 - 100)
}

TEST_CASE("quantize rounding: multipliers share the shift of the largest and keep their signs") {
  const CommonMultipliers common = common_multipliers({0.25, -0.75, 0.0}, 8);
  CHECK(common.shift == 8);  // 0.75 = 192 / 2^8
  CHECK(common.multipliers == std::vector<int64_t>{64, -192, 0});
}

TEST_CASE("quantize rounding: what fits an accumulator is exact at both ends") {
  CHECK(fits(2147483647.0, 32));
  CHECK_FALSE(fits(2147483648.0, 32));
  CHECK(fits(-2147483648.0, 32));
  CHECK_FALSE(fits(-2147483649.0, 32));
  CHECK(fits(int128{2147483647}, 32));
  CHECK_FALSE(fits(int128{2147483648}, 32));
  CHECK_FALSE(fits(std::numeric_limits<double>::quiet_NaN(), 32));
}
