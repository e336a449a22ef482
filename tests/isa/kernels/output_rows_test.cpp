// The output stage's usual case at every SIMD level that has one, against requantization in 128 bits.
#include "isa/kernels/output_rows_x86.h"

#include <doctest/doctest.h>

#include <vector>

#include "isa/kernels/finish.h"
#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Numbers;

constexpr uint8_t kUntouched = 0xa5;

struct Lane {
  int64_t bias, multiplier;
  int shift;
};

bool agrees(uint64_t seed, StageRowsToBytes stage_rows) {
  Numbers numbers(seed);
  const auto lane_count = static_cast<size_t>(numbers.in(1, 40)),
             row_count = static_cast<size_t>(numbers.in(1, 5));
  const Rounding modes[] = {Rounding::half_up, Rounding::half_away, Rounding::half_even, Rounding::floor};
  const Rounding rounding = modes[numbers.in(0, 3)];
  const bool scales = numbers.in(0, 1) != 0, is_signed = numbers.in(0, 1) != 0;
  const int64_t zero = numbers.in(-20, 20), lowest = is_signed ? -128 : 0, highest = lowest + 255;

  std::vector<Lane> lanes;
  std::vector<int32_t> tables[5];  // bias, multiplier, shift, half, mask
  for (size_t i = 0; i < lane_count; ++i) {
    lanes.push_back(
        {numbers.in(-1000, 1000), scales ? numbers.in(0, 1000) : 1, static_cast<int>(numbers.in(0, 14))});
    const auto by = make_right_shift<int32_t>(lanes[i].shift, rounding);
    const int32_t values[] = {static_cast<int32_t>(lanes[i].bias), static_cast<int32_t>(lanes[i].multiplier),
                              by.shift, by.half, by.mask};
    for (int t = 0; t < 5; ++t) tables[t].push_back(values[t]);
  }
  StageLanes<int32_t> stage = {tables[0].data(), tables[1].data(), tables[2].data(), tables[3].data(),
                               tables[4].data()};
  stage.away = rounding == Rounding::half_away, stage.even = rounding == Rounding::half_even;
  stage.zero = static_cast<int32_t>(zero);
  stage.lowest = static_cast<int32_t>(lowest), stage.highest = static_cast<int32_t>(highest);

  std::vector<std::vector<int32_t>> sums(row_count);
  std::vector<std::vector<uint8_t>> made(row_count, std::vector<uint8_t>(lane_count + 1, kUntouched));
  std::vector<const int32_t*> rows;
  std::vector<uint8_t*> dst;
  for (size_t r = 0; r < row_count; ++r) {
    for (size_t i = 0; i < lane_count; ++i)
      sums[r].push_back(static_cast<int32_t>(numbers.in(-100000, 100000)));
    rows.push_back(sums[r].data());
    dst.push_back(made[r].data());
  }
  stage_rows(rows.data(), dst.data(), row_count, lane_count, stage);
  for (size_t r = 0; r < row_count; ++r) {
    for (size_t i = 0; i < lane_count; ++i) {
      const Wide expected = requantize_multiply(Wide{sums[r][i]} + lanes[i].bias, lanes[i].multiplier,
                                                lanes[i].shift, zero, lowest, highest, rounding);
      if (made[r][i] != static_cast<uint8_t>(expected)) return false;
    }
    if (made[r][lane_count] != kUntouched) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("output rows: bytes are what requantization says, in every rounding and any number of lanes") {
  for (const auto level : available_simd_levels()) {
    CAPTURE(simd_level_name(level));
    if (const auto stage_rows = stage_rows_to_bytes(level))
      CHECK(tests::holds([&](uint64_t seed) { return agrees(seed, stage_rows); }));
  }
}

}  // namespace mmasim::isa
