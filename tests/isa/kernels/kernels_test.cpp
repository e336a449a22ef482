// The kernels of mma.stream and the row loops: every SIMD level of this host against plain arithmetic.
#include "isa/kernels/kernels.h"

#include <doctest/doctest.h>

#include <vector>

#include "isa/kernels/finish.h"
#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Numbers;

// Random A and B of any 8-bit signs: what every level makes of them, against a triple loop.
bool pairs_agree(uint64_t seed, SimdLevel level) {
  Numbers numbers(seed);
  const auto rows = static_cast<uint32_t>(numbers.in(1, 64)),
             pairs = static_cast<uint32_t>(numbers.in(1, 32));
  const auto columns = static_cast<uint32_t>(16 * numbers.in(1, 5));
  std::vector<int16_t> a(rows * pairs * 2), b(pairs * columns * 2);
  for (auto& v : a)
    v = static_cast<int16_t>(numbers.one_of({numbers.in(-128, 255), int64_t{-128}, int64_t{255}}));
  for (auto& v : b)
    v = static_cast<int16_t>(numbers.one_of({numbers.in(-128, 255), int64_t{-128}, int64_t{255}}));
  std::vector<int32_t> c(rows * columns), expected(rows * columns);
  for (auto& v : c) v = static_cast<int32_t>(numbers.in(-1000000, 1000000));
  const SumsStart start = numbers.in(0, 1) ? SumsStart::from_c : SumsStart::from_zero;
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t n = 0; n < columns; ++n) {
      int32_t sum = start == SumsStart::from_c ? c[r * columns + n] : 0;
      for (uint32_t k = 0; k < 2 * pairs; ++k)
        sum += a[r * pairs * 2 + k] * b[(k / 2 * columns + n) * 2 + k % 2];
      expected[r * columns + n] = sum;
    }
  stream_kernels(level).multiply_pairs(
      {a.data(), pairs * 2, b.data(), c.data(), rows, pairs, columns, start});
  return c == expected;
}

bool lanes_agree(uint64_t seed, SimdLevel level) {
  Numbers numbers(seed);
  const auto rows = static_cast<uint32_t>(numbers.in(1, 32)),
             depth = static_cast<uint32_t>(numbers.in(1, 32));
  const auto columns = static_cast<uint32_t>(16 * numbers.in(1, 3));
  std::vector<int64_t> a(rows * depth), b(depth * columns), c(rows * columns), expected(rows * columns);
  for (auto& v : a) v = static_cast<int64_t>(numbers.element(numbers.one_of({Element::s16, Element::u16})));
  for (auto& v : b) v = static_cast<int64_t>(numbers.element(numbers.one_of({Element::s32, Element::u16})));
  for (auto& v : c) v = numbers.in(-1000000000000, 1000000000000);
  const SumsStart start = numbers.in(0, 1) ? SumsStart::from_c : SumsStart::from_zero;
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t n = 0; n < columns; ++n) {
      int64_t sum = start == SumsStart::from_c ? c[r * columns + n] : 0;
      for (uint32_t k = 0; k < depth; ++k) sum += a[r * depth + k] * b[k * columns + n];
      expected[r * columns + n] = sum;
    }
  stream_kernels(level).multiply_lanes({a.data(), depth, b.data(), c.data(), rows, depth, columns, start});
  return c == expected;
}

// Packing: bytes of either sign, in two runs, with an odd or even depth.
bool packing_agrees(uint64_t seed, SimdLevel level) {
  Numbers numbers(seed);
  const auto depth = static_cast<uint32_t>(numbers.in(2, 64)), rows = static_cast<uint32_t>(numbers.in(1, 9));
  const auto first = static_cast<uint32_t>(numbers.in(1, depth - 1));
  const bool is_signed = numbers.in(0, 1) != 0;
  std::vector<uint8_t> bytes(4096);
  for (auto& v : bytes) v = static_cast<uint8_t>(numbers.next() >> 32);
  std::vector<const uint8_t*> starts;
  for (uint32_t r = 0; r < rows; ++r) starts.push_back(bytes.data() + numbers.in(0, 2000));
  const DepthRun runs[] = {{7, 0, first}, {1500, first, depth - first}};
  const size_t pitch = (depth + 1) / 2 * 2;
  std::vector<int16_t> a(rows * pitch, 99);
  stream_kernels(level).gather_pairs({starts.data(), rows, runs, 2, depth, pitch}, is_signed, a.data());
  for (uint32_t r = 0; r < rows; ++r)
    for (uint32_t k = 0; k < pitch; ++k) {
      const uint8_t byte = starts[r][k < first ? 7 + k : 1500 + k - first];
      const int expected = k >= depth ? 0 : is_signed ? static_cast<int8_t>(byte) : byte;
      if (a[r * pitch + k] != expected) return false;
    }
  const auto row_bytes = static_cast<uint32_t>(numbers.in(4, 64)), columns = (row_bytes + 15) / 16 * 16;
  std::vector<int16_t> b(6 * columns, 99);
  stream_kernels(level).widen_pairs(bytes.data(), row_bytes, 6, columns, is_signed, b.data());
  for (uint32_t k = 0; k < 6; ++k)
    for (uint32_t n = 0; n < columns; ++n) {
      const uint8_t byte = bytes[k * row_bytes + n];
      const int expected = n >= row_bytes ? 0 : is_signed ? static_cast<int8_t>(byte) : byte;
      if (b[(k / 2 * columns + n) * 2 + k % 2] != expected) return false;
    }
  return true;
}

// The fast SRS of a lane against the specification, wherever finish.h says the lane suffices.
template <class Lane>
bool finish_agrees(uint64_t seed, SimdLevel level) {
  Numbers numbers(seed);
  const int bits = 8 * static_cast<int>(sizeof(Lane));
  const int peak_bits = static_cast<int>(numbers.in(1, bits - 1));
  FinishTerms terms;
  terms.shift = static_cast<int>(numbers.in(-8, bits - 2));
  terms.rounding = oracle::kRoundings[numbers.in(0, 3)];
  terms.zero = numbers.in(-300, 300);
  terms.lowest = numbers.one_of({int64_t{-128}, int64_t{0}, int64_t{std::numeric_limits<Lane>::min()}});
  terms.highest = numbers.one_of({int64_t{127}, int64_t{255}, int64_t{std::numeric_limits<Lane>::max()}});
  const Wide peak = (Wide{1} << peak_bits) - 1;
  if (!lane_suffices<Lane>(peak, terms)) return true;
  std::vector<Lane> v(static_cast<size_t>(numbers.in(1, 70)));
  for (auto& lane : v)
    lane = static_cast<Lane>(oracle::clip(numbers.in(-4, 4) * (peak / 3) + numbers.in(-2, 2), -peak, peak));
  for (size_t i = 0; i < v.size(); i += 3)  // ties
    if (terms.shift > 0)
      v[i] = static_cast<Lane>(oracle::clip(numbers.in(-9, 9) * (Wide{1} << (terms.shift - 1)), -peak, peak));
  auto finished = v;
  row_ops<Lane>(level).finish(finished.data(), v.size(), make_finish<Lane>(terms));
  for (size_t i = 0; i < v.size(); ++i)
    if (finished[i] != oracle::clip(oracle::srs(v[i], terms.shift, terms.rounding) + terms.zero, terms.lowest,
                                    terms.highest))
      return false;
  return true;
}

template <class Agrees>
void check_levels(Agrees&& agrees) {
  for (const auto level : available_simd_levels()) {
    CAPTURE(simd_level_name(level));
    CHECK(tests::holds([&](uint64_t seed) { return agrees(seed, level); }));
  }
}

}  // namespace

TEST_CASE("kernels: 8-bit products of every sign are a triple loop's, at every level") {
  check_levels(pairs_agree);
}
TEST_CASE("kernels: products in 64-bit lanes are a triple loop's, at every level") {
  check_levels(lanes_agree);
}
TEST_CASE("kernels: A is gathered and B interleaved alike at every level") { check_levels(packing_agrees); }
TEST_CASE("row ops: 32-bit lanes round as the specification says") { check_levels(finish_agrees<int32_t>); }
TEST_CASE("row ops: 64-bit lanes round as the specification says") { check_levels(finish_agrees<int64_t>); }

TEST_CASE("row ops: a lane is refused when any step could leave it") {
  const FinishTerms shift_1 = {1, Rounding::half_up, 0, -128, 127};
  CHECK(lane_suffices<int32_t>((Wide{1} << 31) - 2, shift_1));  // peak + 1 is the largest int32
  CHECK_FALSE(lane_suffices<int32_t>((Wide{1} << 31) - 1, shift_1));
  CHECK_FALSE(lane_suffices<int32_t>(1, {31, Rounding::half_up, 0, -128, 127}));
  CHECK(lane_suffices<int32_t>(1, {30, Rounding::half_up, 0, -128, 127}));
  CHECK_FALSE(lane_suffices<int32_t>(1, {0, Rounding::half_up, 0, -128, int64_t{1} << 31}));
  CHECK(lane_suffices<int32_t>(7, {-28, Rounding::half_up, 0, -128, 127}));  // 7 * 2^28 < 2^31
  CHECK_FALSE(lane_suffices<int32_t>(8, {-28, Rounding::half_up, 0, -128, 127}));
  CHECK(lane_suffices<int32_t>(1000, {0, Rounding::half_up, INT32_MIN + 1001 + 1, -128, 127}));
  CHECK_FALSE(lane_suffices<int32_t>(1000, {0, Rounding::half_up, INT32_MIN + 1001, -128, 127}));
  CHECK(narrowest_lanes(Wide{1} << 40, shift_1) == LaneWidth::int64);
  CHECK(narrowest_lanes(Wide{1} << 63, shift_1) == LaneWidth::wide);
}

}  // namespace mmasim::isa
