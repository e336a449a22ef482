// SRS, SAT, REQ_SHIFT and REQ_MUL: the table and the hand vectors of quantization.md.
#include "isa/arithmetic.h"

#include <doctest/doctest.h>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

constexpr auto kUp = Rounding::half_up, kEven = Rounding::half_even, kAway = Rounding::half_away,
               kFloor = Rounding::floor;

int64_t srs(int64_t v, int shift, Rounding rounding) {
  return static_cast<int64_t>(shift_round(v, shift, rounding));
}

}  // namespace

TEST_CASE("arithmetic: the rounding table of the specification") {
  struct Row {
    int64_t twice;  // v = twice / 2
    int64_t up, even, away, floor;
  };
  for (const Row& row : {Row{1, 1, 0, 1, 0}, Row{3, 2, 2, 2, 1}, Row{5, 3, 2, 3, 2}, Row{-1, 0, 0, -1, -1},
                         Row{-3, -1, -2, -2, -2}, Row{-5, -2, -2, -3, -3}}) {
    CAPTURE(row.twice);
    CHECK(srs(row.twice, 1, kUp) == row.up);
    CHECK(srs(row.twice, 1, kEven) == row.even);
    CHECK(srs(row.twice, 1, kAway) == row.away);
    CHECK(srs(row.twice, 1, kFloor) == row.floor);
  }
}

TEST_CASE("arithmetic: a shift of nothing or less multiplies") {
  for (const auto rounding : oracle::kRoundings) {
    CHECK(srs(-7, 0, rounding) == -7);
    CHECK(srs(-7, -3, rounding) == -56);
  }
}

TEST_CASE("arithmetic: a left shift past 128 bits saturates, so that the clip after it is right") {
  CHECK(saturating_shift_left(1, 126) == Wide{1} << 126);
  CHECK(saturating_shift_left(1, 127) == kWideMax);   // 2^127 is one more than fits
  CHECK(saturating_shift_left(-1, 127) == kWideMin);  // -2^127 fits exactly
  CHECK(saturating_shift_left(-1, 128) == kWideMin);
  CHECK(saturating_shift_left(0, 128) == 0);
  CHECK(requantize_shift(3, -127, -100, -128, 127, kUp) == 127);
  CHECK(requantize_shift(-3, -128, 100, -128, 127, kUp) == -128);
}

TEST_CASE("arithmetic: shifts of the whole width keep the sign of a tie") {
  // 2^126 / 2^127 is 0.5
  CHECK(shift_round(Wide{1} << 126, 127, kUp) == 1);
  CHECK(shift_round(Wide{1} << 126, 127, kEven) == 0);
  CHECK(shift_round(Wide{1} << 126, 127, kAway) == 1);
  CHECK(shift_round(-(Wide{1} << 126), 127, kUp) == 0);
  CHECK(shift_round(-(Wide{1} << 126), 127, kAway) == -1);
  CHECK(shift_round(kWideMax, 127, kUp) == 1);             // 0.99..
  CHECK(shift_round(kWideMin, 127, kEven) == -1);          // exactly -1
  CHECK(shift_round(kWideMax, 1, kUp) == Wide{1} << 126);  // (2^127 - 1) / 2 is a tie; v + 1 would not fit
}

TEST_CASE("arithmetic: products saturate at 128 bits") {
  CHECK(saturating_multiply(Wide{1} << 64, Wide{1} << 62) == Wide{1} << 126);
  CHECK(saturating_multiply(Wide{1} << 64, Wide{1} << 63) == kWideMax);
  CHECK(saturating_multiply(-(Wide{1} << 64), Wide{1} << 63) == kWideMin);  // exactly -2^127
  CHECK(saturating_multiply(-(Wide{1} << 64), (Wide{1} << 63) + 1) == kWideMin);
  CHECK(saturating_multiply(kWideMin, 1) == kWideMin);
  CHECK(saturating_multiply(kWideMin, -1) == kWideMax);
  CHECK(saturating_multiply(kWideMin, 0) == 0);
  CHECK(saturating_add(kWideMax, 1) == kWideMax);
  CHECK(saturating_add(kWideMin, -1) == kWideMin);
  CHECK(saturating_subtract(kWideMin, 1) == kWideMin);
  CHECK(saturating_subtract(0, kWideMin) == kWideMax);
}

TEST_CASE("arithmetic: TIDL's output shift, quantization.md 4.2 and 4.3") {
  // 4.2: acc 14124 + bias 2048 = 16172; (16172 + 64) >> 7 = 126
  CHECK(requantize_shift(14124 + 2048, 7, 0, 0, 255, kUp) == 126);
  // 4.3: 22950 + 3357 = 26307; / 256 = 102.76
  CHECK(requantize_shift(22950 + 3357, 8, 0, 0, 255, kUp) == 103);
}

TEST_CASE("arithmetic: a 16-bit product from its 8-bit halves, quantization.md 4.4") {
  // a = -12345 = -49 * 256 + 199, b = 23456 = 91 * 256 + 160
  const int64_t parts = (int64_t{-49} * 91) * 65536 + (-49 * 160 + 199 * 91) * 256 + 199 * 160;
  CHECK(parts == -289564320);
  CHECK(parts == int64_t{-12345} * 23456);
  CHECK(srs(-12345, 8, kFloor) == -49);
}

TEST_CASE("arithmetic: TQT's two roundings, quantization.md 4.10") {
  CHECK(srs(16172, 3, kEven) == 2022);     // 2021.5, to even
  CHECK(srs(2022 + 16, 4, kEven) == 127);  // 127.375
}

TEST_CASE("arithmetic: the 10.22 scale of CHaiDNN, quantization.md 4.13") {
  // 10000 * 4217 / 2^22 = 10.054
  CHECK(requantize_multiply(10000, 4217, 22, 0, -128, 127, kAway) == 10);
  // 4217 * 497301 / 2^22 is about 500: 127 by saturation, and 6 bits stop at 31
  CHECK(requantize_multiply(497301, 4217, 22, 0, -128, 127, kAway) == 127);
  CHECK(requantize_multiply(497301, 4217, 22, 0, -32, 31, kAway) == 31);
  // a tie: 2^21 / 2^22 is 0.5, away from zero both ways
  CHECK(requantize_multiply(1 << 21, 1, 22, 0, -128, 127, kAway) == 1);
  CHECK(requantize_multiply(-(1 << 21), 1, 22, 0, -128, 127, kAway) == -1);
}

TEST_CASE("arithmetic: dynamic fixed point in 6 bits, quantization.md 4.14") {
  // from 3 to 2 fraction bits: .125 is 1 -> 0.5 -> 1; 7.875 is 63 -> 31.5 -> 32, clipped to 31; -8.25 is -66
  // -> -33 -> -32
  CHECK(requantize_shift(1, 1, 0, -32, 31, kAway) == 1);
  CHECK(requantize_shift(-1, 1, 0, -32, 31, kAway) == -1);
  CHECK(requantize_shift(63, 1, 0, -32, 31, kAway) == 31);
  CHECK(requantize_shift(-66, 1, 0, -32, 31, kAway) == -32);
  CHECK(requantize_shift(7, -8, 0, -32768, 32767, kAway) == 1792);  // gamma 1.75 at 2 bits, 8 bits up
}

TEST_CASE("arithmetic: ReLU8 is the saturation of an unsigned step, quantization.md 5.3") {
  // inverse step 32: x * 32 held with 4 more bits; 5.99 -> 191.68 -> 192, 6.5 -> 208, 7.9 -> 252.8 -> 253, 9
  // -> 288
  const int64_t sixteenths[] = {-512, 1536, 3067, 3328, 4045, 4608};  // x * 512
  const int64_t expected[] = {0, 96, 192, 208, 253, 255};
  for (int i = 0; i < 6; ++i) CHECK(requantize_shift(sixteenths[i], 4, 0, 0, 255, kUp) == expected[i]);
}

TEST_CASE("arithmetic: the zero point is added after the shift and before the clip") {
  CHECK(requantize_shift(1000, 3, 10, -128, 127, kUp) == 127);  // 125 + 10
  CHECK(requantize_shift(936, 3, 10, -128, 127, kUp) == 127);   // 117 + 10, exactly the bound
  CHECK(requantize_shift(928, 3, 10, -128, 127, kUp) == 126);
  CHECK(requantize_shift(0, 3, INT64_MAX, INT64_MIN, INT64_MAX, kUp) == INT64_MAX);
}

TEST_CASE("arithmetic: every mode agrees with the specification's formulas") {
  CHECK(tests::holds([] {
    const auto high = tests::draw_any<int64_t>();
    const auto low = tests::draw_any<uint64_t>();
    const auto shift_seed = tests::draw_any<uint8_t>();
    const int shift = static_cast<int>(shift_seed % 127) - 20;  // -20 .. 106
    const Wide v = (Wide{high} * (Wide{1} << 40) + static_cast<Wide>(low)) >> (low % 80);
    for (const auto rounding : oracle::kRoundings)
      if (shift_round(v, shift, rounding) != oracle::srs(v, shift, rounding)) return false;
    return true;
  }));
}

TEST_CASE("arithmetic: rounding half up is shifting twice, and half away is odd") {
  CHECK(tests::holds([] {
    const auto v = tests::draw_any<int64_t>();
    const auto shift_seed = tests::draw_any<uint8_t>();
    const int shift = 1 + shift_seed % 62;
    PROPERTY_ASSERT(shift_round(v, shift, kUp) == ((Wide{v} >> (shift - 1)) + 1) >> 1);
    PROPERTY_ASSERT(shift_round(-Wide{v}, shift, kAway) == -shift_round(v, shift, kAway));
    PROPERTY_ASSERT(shift_round(-Wide{v}, shift, kEven) == -shift_round(v, shift, kEven));
    PROPERTY_ASSERT(shift_round(v, shift, kFloor) <= shift_round(v, shift, kEven));
    PROPERTY_ASSERT(shift_round(v, shift, kEven) <= shift_round(v, shift, kFloor) + 1);
  }));
}

}  // namespace mmasim::isa
