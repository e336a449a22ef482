// The row loops: every SIMD level of this host gives the bytes of the plain one, for all elements and odd
// lengths.
#include "isa/kernels/row_ops.h"

#include <doctest/doctest.h>

#include <vector>

#include "isa/kernels/finish.h"
#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Numbers;

template <class Lane>
std::vector<Lane> random_lanes(Numbers& numbers, size_t count, int64_t magnitude) {
  std::vector<Lane> lanes(count);
  for (auto& lane : lanes) lane = static_cast<Lane>(numbers.in(-magnitude, magnitude));
  return lanes;
}

std::vector<uint8_t> random_bytes(Numbers& numbers, size_t count) {
  std::vector<uint8_t> bytes(count);
  for (auto& byte : bytes) byte = static_cast<uint8_t>(numbers.next() >> 40);
  return bytes;
}

// What every loop of `ops` makes of the same random rows, one after another.
template <class Lane>
std::vector<Lane> all_results(const RowOps<Lane>& ops, uint64_t seed) {
  Numbers numbers(seed);
  const auto count = static_cast<size_t>(numbers.in(1, 200));
  const int64_t small = 1000, operand_bytes = sizeof(Lane) / 4;  // products of a lane's operands fit the lane
  const auto source = random_bytes(numbers, count * 4 + 1), weights = random_bytes(numbers, count * 4 + 1);
  std::vector<Lane> results;
  const auto keep = [&results](const std::vector<Lane>& v) {
    results.insert(results.end(), v.begin(), v.end());
  };

  for (size_t e = 0; e < 6; ++e) {
    if (element_magnitude(static_cast<Element>(e)) > std::numeric_limits<Lane>::max() / 4) continue;
    std::vector<Lane> lanes(count);
    ops.load[e](source.data() + 1, lanes.data(), count);
    keep(lanes);
    auto sums = random_lanes<Lane>(numbers, count, small);
    ops.accumulate[e](sums.data(), source.data() + 1, 77, count);
    keep(sums);
    if (element_bytes(static_cast<Element>(e)) > operand_bytes) continue;
    for (size_t w = e / 2 * 2; w < e / 2 * 2 + 2; ++w) {
      ops.multiply_add[e][w](sums.data(), source.data() + 1, weights.data(), count);
      keep(sums);
    }
  }
  auto a = random_lanes<Lane>(numbers, count, small);
  const auto b = random_lanes<Lane>(numbers, count, small);
  ops.scale(a.data(), count, 5, -77), keep(a);
  ops.combine(a.data(), b.data(), count, 3, 5, -7, 11), keep(a);
  auto products = b;
  ops.product(products.data(), b.data(), count, 3, -8, 100), keep(products);
  for (auto& v : products) v %= 1000000;
  ops.rectify(products.data(), b.data(), count, -500, 3), keep(products);

  std::vector<Lane> tables[5];  // multiplier, then a right shift's constants
  for (size_t i = 0; i < count; ++i) {
    const auto by = make_right_shift<Lane>(static_cast<int>(numbers.in(0, 12)), Rounding::half_even);
    const Lane lane[] = {static_cast<Lane>(numbers.in(0, 1000)), by.shift, by.half, by.mask, by.offset};
    for (int t = 0; t < 5; ++t) tables[t].push_back(lane[t]);
  }
  StageLanes<Lane> stage = {b.data(),         tables[0].data(), tables[1].data(),
                            tables[2].data(), tables[3].data(), tables[4].data()};
  stage.even = 1, stage.zero = 9, stage.lowest = -30000, stage.highest = 30000;
  auto staged = random_lanes<Lane>(numbers, count, small);
  results.push_back(ops.stage(staged.data(), count, stage));
  keep(staged);
  for (size_t bytes_log2 = 0; bytes_log2 < 4; ++bytes_log2) {
    std::vector<Lane> stored(count * 8);
    ops.store[bytes_log2](staged.data(), reinterpret_cast<uint8_t*>(stored.data()), count);
    keep(stored);
  }
  return results;
}

template <class Lane>
bool levels_agree(uint64_t seed) {
  const auto plain = all_results(row_ops<Lane>(SimdLevel::plain), seed);
  for (const auto level : available_simd_levels())
    if (all_results(row_ops<Lane>(level), seed) != plain) return false;
  return true;
}

}  // namespace

TEST_CASE("row ops: every level agrees in 32-bit lanes") { CHECK(tests::holds(levels_agree<int32_t>)); }
TEST_CASE("row ops: every level agrees in 64-bit lanes") { CHECK(tests::holds(levels_agree<int64_t>)); }

TEST_CASE("row ops: every level takes the larger element") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    const auto count = static_cast<size_t>(numbers.in(1, 150));
    const auto a = random_bytes(numbers, 16 * count + 1), b = random_bytes(numbers, 16 * count + 1);
    for (const auto level : available_simd_levels())
      for (int e = 0; e < 8; ++e) {
        const auto element = static_cast<Element>(e);
        auto largest = a;
        maximum_ops(level).maximum[e](largest.data() + 1, b.data(), count);
        for (size_t i = 0; i < count; ++i) {
          const size_t at = i * element_bytes(element);
          const Wide expected = std::max(read_element(element, &a[at + 1]), read_element(element, &b[at]));
          if (read_element(element, &largest[at + 1]) != expected) return false;
        }
      }
    return true;
  }));
}

TEST_CASE("row ops: 64-bit lanes tell a sum that left 32 bits") {
  const std::vector<int64_t> zero = {0, 0, 0}, one = {1, 1, 1};
  const auto none = make_right_shift<int64_t>(0, Rounding::half_up);
  const std::vector<int64_t> half(3, none.half), offset(3, none.offset);
  StageLanes<int64_t> stage = {one.data(), one.data(), zero.data(), half.data(), zero.data(), offset.data()};
  stage.lowest = INT64_MIN, stage.highest = INT64_MAX;
  for (const auto level : available_simd_levels()) {
    std::vector<int64_t> inside = {INT32_MAX - 1, int64_t{INT32_MIN} - 1, 5}, above = {INT32_MAX, 0, 0},
                         below = {0, 0, int64_t{INT32_MIN} - 2};
    CHECK(row_ops<int64_t>(level).stage(inside.data(), 3, stage));
    CHECK(inside == std::vector<int64_t>{INT32_MAX, INT32_MIN, 6});
    CHECK_FALSE(row_ops<int64_t>(level).stage(above.data(), 3, stage));
    CHECK_FALSE(row_ops<int64_t>(level).stage(below.data(), 3, stage));
  }
}

}  // namespace mmasim::isa
