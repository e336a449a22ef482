// The integer functions of quantization.md section 2 against its own table and hand-made edges.
#include "runtime/reference/arithmetic.h"

#include <doctest/doctest.h>

#include "tests/kit/property.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::reference;
using namespace mmasim::tests;
using isa::Overflow;
using isa::Rounding;

namespace {

const int128 kMax = static_cast<int128>(~static_cast<unsigned __int128>(0) >> 1), kMin = -kMax - 1;

int64_t round(int64_t value, int shift, Rounding rounding) {
  return static_cast<int64_t>(shift_round(value, shift, rounding));
}

}  // namespace

TEST_CASE("reference arithmetic: the rounding table of section 2, ties of both signs") {
  const int64_t halves[] = {1, 3, 5, -1, -3, -5};  // 0.5, 1.5, 2.5, -0.5, -1.5, -2.5
  const int64_t up[] = {1, 2, 3, 0, -1, -2}, even[] = {0, 2, 2, 0, -2, -2}, away[] = {1, 2, 3, -1, -2, -3},
                floor[] = {0, 1, 2, -1, -2, -3};
  for (int i = 0; i < 6; ++i) {
    CAPTURE(halves[i]);
    CHECK(round(halves[i], 1, Rounding::half_up) == up[i]);
    CHECK(round(halves[i], 1, Rounding::half_even) == even[i]);
    CHECK(round(halves[i], 1, Rounding::half_away) == away[i]);
    CHECK(round(halves[i], 1, Rounding::floor) == floor[i]);
  }
}

TEST_CASE("reference arithmetic: no mode moves what is nearer to one side") {
  for (const Rounding rounding : {Rounding::half_up, Rounding::half_even, Rounding::half_away}) {
    CHECK(round(9, 3, rounding) == 1);     // 1.125
    CHECK(round(11, 3, rounding) == 1);    // 1.375
    CHECK(round(13, 3, rounding) == 2);    // 1.625
    CHECK(round(-13, 3, rounding) == -2);  // -1.625
    CHECK(round(-11, 3, rounding) == -1);  // -1.375
  }
}

TEST_CASE("reference arithmetic: shifts at the ends of 128 bits do not overflow") {
  const int128 half = int128{1} << 126;  // half of 2^127
  CHECK(shift_round(kMax, 127, Rounding::half_up) == 1);
  CHECK(shift_round(kMax, 127, Rounding::floor) == 0);
  CHECK(shift_round(kMin, 127, Rounding::half_up) == -1);  // exactly -1
  CHECK(shift_round(kMin, 127, Rounding::half_away) == -1);
  CHECK(shift_round(kMin, 127, Rounding::half_even) == -1);
  CHECK(shift_round(half, 127, Rounding::half_up) == 1);
  CHECK(shift_round(half, 127, Rounding::half_even) == 0);
  CHECK(shift_round(half, 127, Rounding::half_away) == 1);
  CHECK(shift_round(-half, 127, Rounding::half_up) == 0);
  CHECK(shift_round(-half, 127, Rounding::half_even) == 0);
  CHECK(shift_round(-half, 127, Rounding::half_away) == -1);
  CHECK(shift_round(kMax, 1, Rounding::half_up) == half);  // (2^127 - 1) / 2 = 2^126 - 0.5
}

TEST_CASE("reference arithmetic: a negative shift multiplies, and saturates where it leaves the type") {
  CHECK(round(-3, -4, Rounding::half_up) == -48);
  CHECK(round(0, -127, Rounding::half_up) == 0);
  CHECK(shift_round(1, -127, Rounding::half_up) > INT64_MAX);
  CHECK(shift_round(-1, -127, Rounding::half_up) < INT64_MIN);
  CHECK(shift_round(kMax, -1, Rounding::half_up) > INT64_MAX);
  CHECK(shift_round(kMin, -1, Rounding::half_up) < INT64_MIN);
  CHECK_THROWS_AS(shift_round(1, 128, Rounding::half_up), std::logic_error);
  CHECK_THROWS_AS(shift_round(1, -128, Rounding::half_up), std::logic_error);
}

TEST_CASE("reference arithmetic: properties of rounding hold for all values and shifts") {
  CHECK(holds("the result is within half a step, and exactly half only on the mode's side", [] {
    const int shift = draw_in_range(1, 62);
    const int64_t value = draw_any<int64_t>();
    const int128 step = int128{1} << shift;
    for (const Rounding rounding : {Rounding::half_up, Rounding::half_even, Rounding::half_away}) {
      const int128 rounded = shift_round(value, shift, rounding), error = rounded * step - value;
      PROPERTY_ASSERT(2 * error <= step);
      PROPERTY_ASSERT(2 * error >= -step);
      if (2 * error == step || 2 * error == -step) {
        if (rounding == Rounding::half_up) PROPERTY_ASSERT(error > 0);
        if (rounding == Rounding::half_even) PROPERTY_ASSERT(rounded % 2 == 0);
        if (rounding == Rounding::half_away) PROPERTY_ASSERT((error > 0) == (value > 0));
      }
    }
    const int128 floor = shift_round(value, shift, Rounding::floor);
    PROPERTY_ASSERT(floor * step <= value);
    PROPERTY_ASSERT((floor + 1) * step > value);
  }));
}

TEST_CASE("reference arithmetic: an output stage multiplies, rounds once, adds the zero point and clips") {
  Requantization requant;
  requant.has_multiplier = true;
  requant.per_channel = true;
  requant.multipliers = {3, 5};
  requant.shifts = {2, 3};
  requant.zero_point = 10;
  requant.clip_min = 10;
  requant.clip_max = 255;
  CHECK(requantize(6, requant, 0) == 15);     // 6*3/4 = 4.5, up to 5, + 10
  CHECK(requantize(6, requant, 1) == 14);     // 6*5/8 = 3.75, to 4, + 10
  CHECK(requantize(-6, requant, 1) == 10);    // -3.75, to -4, + 10 = 6, clipped to 10
  CHECK(requantize(400, requant, 1) == 255);  // 250 + 10 = 260
  requant.per_channel = false;
  CHECK(requantize(6, requant, 1) == 15);  // channel 0's numbers serve all
}

TEST_CASE("reference arithmetic: an output stage saturates a left shift before it adds the zero point") {
  Requantization requant;
  requant.shifts = {-120};
  requant.zero_point = -5;
  requant.clip_min = -128;
  requant.clip_max = 127;
  CHECK(requantize(1 << 20, requant, 0) == 127);
  CHECK(requantize(-(1 << 20), requant, 0) == -128);
  CHECK(requantize(0, requant, 0) == -5);
}

TEST_CASE("reference arithmetic: an accumulator passes what fits and counts nothing") {
  Accumulator accumulator(32, Overflow::wrap);
  CHECK(accumulator.finish(INT32_MAX - 1, 1) == INT32_MAX);
  CHECK(accumulator.finish(INT32_MIN + 1, -1) == INT32_MIN);
  CHECK(accumulator.finish(int128{INT32_MAX} + 5, -5) == INT32_MAX);  // judged after the bias
  CHECK(accumulator.overflow_count() == 0);
}

TEST_CASE("reference arithmetic: past the end an accumulator wraps or saturates, at 32, 64 and 128 bits") {
  for (const uint32_t bits : {32u, 64u, 128u}) {
    CAPTURE(bits);
    const int128 high = bits == 128 ? kMax : (int128{1} << (bits - 1)) - 1, low = -high - 1;
    Accumulator wrap(bits, Overflow::wrap), saturate(bits, Overflow::saturate), trap(bits, Overflow::trap);
    CHECK(wrap.finish(high, 1) == low);
    CHECK(wrap.finish(low, -1) == high);
    CHECK(saturate.finish(high, 1) == high);
    CHECK(saturate.finish(low, -1) == low);
    CHECK(trap.finish(high, 1) == low);
    CHECK(wrap.overflow_count() == 2);
    CHECK(saturate.overflow_count() == 2);
    CHECK(trap.overflow_count() == 1);
  }
}
