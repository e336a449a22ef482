// dsp.rescale, dsp.add, dsp.multiply, dsp.prelu and dsp.requantize.
#include <doctest/doctest.h>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Bench;
using oracle::l2;
using oracle::Numbers;

template <class DspInstruction>
void finish_8_bits(DspInstruction& i, int shift, Rounding rounding = Rounding::half_up) {
  i.shift = static_cast<int8_t>(shift);
  i.rounding = rounding;
  i.clip_min = -128;
  i.clip_max = 127;
}

// A random tile: y, x, channels, and strides that leave gaps or none. At most 3 x 5 x 70 elements.
struct Tile {
  uint32_t y, x, channels;
  explicit Tile(Numbers& numbers)
      : y(static_cast<uint32_t>(numbers.in(1, 3))),
        x(static_cast<uint32_t>(numbers.in(1, 5))),
        channels(static_cast<uint32_t>(numbers.in(1, 70))) {}
  int32_t x_stride(Numbers& numbers, Element e) const {
    return static_cast<int32_t>(channels * element_bytes(e) + (numbers.in(0, 1) ? 0 : numbers.in(0, 9)));
  }
  int32_t y_stride(Numbers& numbers, int32_t x_stride_bytes) const {
    return static_cast<int32_t>(x * static_cast<uint32_t>(x_stride_bytes) +
                                (numbers.in(0, 1) ? 0 : numbers.in(0, 9)));
  }
};

template <class DspInstruction>
void random_finish(DspInstruction& i, Numbers& numbers, int64_t multiplier_bits) {
  i.shift = static_cast<int8_t>(numbers.in(-3, multiplier_bits + 12));
  i.rounding = oracle::kRoundings[numbers.in(0, 3)];
  i.dst_zero = numbers.in(-200, 200);
  i.clip_min = static_cast<int64_t>(element_lowest(i.dst_type));
  i.clip_max = static_cast<int64_t>(element_highest(i.dst_type)) - numbers.in(0, 20);
}

template <class DspInstruction>
Wide finished(const DspInstruction& i, Wide v) {
  return oracle::clip(oracle::srs(v, i.shift, i.rounding) + i.dst_zero, i.clip_min, i.clip_max);
}

const auto kOperands = {Element::s8,  Element::u8,  Element::s8,  Element::u8,
                        Element::s16, Element::u16, Element::s32, Element::u32};

// Multipliers of few or many bits, so that every lane width occurs.
int64_t random_multiplier(Numbers& numbers, int64_t bits) {
  return numbers.in(-(int64_t{1} << bits), int64_t{1} << bits);
}

void fill(Bench& bench, Numbers& numbers) {
  for (uint64_t i = 0; i < 40000; ++i) bench.poke_byte(l2(i), static_cast<uint8_t>(numbers.next() >> 40));
}

template <class Visit>
bool for_all(const Tile& t, Visit&& visit) {
  for (int64_t y = 0; y < t.y; ++y)
    for (int64_t x = 0; x < t.x; ++x)
      for (int64_t c = 0; c < t.channels; ++c)
        if (!visit(y, x, c)) return false;
  return true;
}

}  // namespace

TEST_CASE("rescale: zero points, a tie of each sign, and both saturations") {
  Bench bench;
  bench.poke<uint8_t>(l2(0), {130, 131, 125, 255, 0});
  DspRescale i;
  i.src = l2(0), i.dst = l2(64);
  i.src_type = Element::u8, i.channels = 5;
  i.src_zero = 128, i.multiplier = 5, i.dst_zero = 3;
  finish_8_bits(i, 1);
  bench.run(i);
  // 2*5/2 = 5 + 3; 3*5/2 = 7.5 -> 8 + 3; -7.5 -> -7 + 3; 317.5 -> 127; -320 -> -128
  CHECK(bench.peek<int8_t>(l2(64), 5) == std::vector<int8_t>{8, 11, -4, 127, -128});
  i.rounding = Rounding::half_away;
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 5) == std::vector<int8_t>{8, 11, -5, 127, -128});
}

TEST_CASE("rescale: concatenation's Q7 weight, quantization.md 5.12") {
  // inv 64 to inv 48: w = floor(48/64 * 128 + 0.5) = 96; 101 * 96 / 128 = 75.75 -> 76
  Bench bench;
  bench.poke<int8_t>(l2(0), {101, -101, 2});
  DspRescale i;
  i.src = l2(0), i.dst = l2(64);
  i.channels = 3, i.multiplier = 96;
  finish_8_bits(i, 7);
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 3) == std::vector<int8_t>{76, -76, 2});  // 1.5 -> 2
}

TEST_CASE("add: TIDL's Q6 weights of inverse steps 64 and 48, quantization.md 5.5") {
  // weights 48 and 64: 100 at 64 is 1.5625, 36 at 48 is 0.75; (100*48 + 36*64) / 64 = 111 at 48 is 2.3125
  Bench bench;
  bench.poke<int8_t>(l2(0), {100, -100, 1});
  bench.poke<int8_t>(l2(32), {36, -36, -128});
  DspAdd i;
  i.a = l2(0), i.b = l2(32), i.dst = l2(64);
  i.channels = i.b_channels = 3, i.a_multiplier = 48, i.b_multiplier = 64;
  finish_8_bits(i, 6);
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 3) ==
        std::vector<int8_t>{111, -111, -127});  // 0.75 - 128 = -127.25 -> -127
}

TEST_CASE("add: b of one channel or of no strides is repeated") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {1, 2, 3, 4, 5, 6, 7, 8});  // 2 x 2 positions of 2 channels
  bench.poke<int8_t>(l2(32), {10, 20, 30, 40});
  DspAdd i;
  i.a = l2(0), i.b = l2(32), i.dst = l2(64);
  i.count_y = i.count_x = i.channels = 2, i.b_channels = 1;
  i.a_x_stride = i.dst_x_stride = 2, i.a_y_stride = i.dst_y_stride = 4;
  i.b_x_stride = 1, i.b_y_stride = 2;
  finish_8_bits(i, 0);
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 8) == std::vector<int8_t>{11, 12, 23, 24, 35, 36, 47, 48});
  i.b_channels = 2, i.b_x_stride = i.b_y_stride = 0;
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 8) == std::vector<int8_t>{11, 22, 13, 24, 15, 26, 17, 28});
  i.b_channels = 3;
  CHECK_THROWS_AS(bench.run(i), std::logic_error);
}

TEST_CASE("multiply: products of the largest 32-bit elements and multipliers do not wrap") {
  Bench bench;
  bench.poke<int32_t>(l2(0), {INT32_MIN, INT32_MAX});
  DspMultiply i;
  i.a = i.b = l2(0), i.dst = l2(64);
  i.a_type = i.b_type = i.dst_type = Element::s32;
  i.channels = i.b_channels = 2, i.multiplier = -(int64_t{1} << 40);
  i.shift = 72, i.clip_min = INT32_MIN, i.clip_max = INT32_MAX;
  bench.run(i);
  // -2^62 * 2^40 / 2^72 = -2^30; (2^31 - 1)^2 is a little less than 2^62: -2^30 + 1 - 2^-32
  CHECK(bench.peek<int32_t>(l2(64), 2) == std::vector<int32_t>{-(1 << 30), -(1 << 30) + 1});
}

TEST_CASE("prelu: one slope or one per channel, counted from its lane") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {10, -10, -10, 8});
  bench.poke<int64_t>(l2(32), {0, 0, 3, 5, -2, 9});
  DspPrelu i;
  i.src = l2(0), i.dst = l2(128);
  i.channels = 4, i.positive = 8, i.slope = 1;
  finish_8_bits(i, 3);
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(128), 4) == std::vector<int8_t>{10, -1, -1, 8});  // -10/8 = -1.25
  i.slopes = l2(32), i.lane = 2;
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(128), 4) ==
        std::vector<int8_t>{10, -6, 3, 8});  // -50/8 = -6.25; 20/8 = 2.5 -> 3
}

TEST_CASE("requantize: raw accumulators of 64 and 128 bits") {
  Bench bench;
  bench.run(oracle::shift_stage(Unit::dsp, Element::s16, 40, Rounding::half_even));
  bench.poke<int64_t>(l2(0), {int64_t{5} << 39, int64_t{7} << 39, INT64_MIN, -(int64_t{3} << 39)});
  DspRequantize i;
  i.src = l2(0), i.dst = l2(128);
  i.src_type = Element::s64, i.channels = 4;
  bench.run(i);
  CHECK(bench.peek<int16_t>(l2(128), 4) == std::vector<int16_t>{2, 4, -32768, -2});  // 2.5, 3.5, -2^23, -1.5
  bench.poke<Wide>(l2(0), {Wide{1} << 100, -(Wide{9} << 38), kWideMin});
  i.src_type = Element::s128, i.channels = 3;
  bench.run(i);
  CHECK(bench.peek<int16_t>(l2(128), 3) == std::vector<int16_t>{32767, -2, -32768});  // -2.25
}

TEST_CASE("rescale: random tiles of every element are the formula's") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    fill(bench, numbers);
    const Tile t(numbers);
    DspRescale i;
    i.src = l2(static_cast<uint64_t>(numbers.in(0, 99))), i.dst = l2(100000);
    i.src_type = numbers.one_of(kOperands), i.dst_type = numbers.one_of(kOperands);
    i.count_y = t.y, i.count_x = t.x, i.channels = t.channels;
    i.src_x_stride = t.x_stride(numbers, i.src_type), i.src_y_stride = t.y_stride(numbers, i.src_x_stride);
    i.dst_x_stride = t.x_stride(numbers, i.dst_type), i.dst_y_stride = t.y_stride(numbers, i.dst_x_stride);
    const int64_t bits = numbers.in(1, 40);
    i.src_zero = numbers.in(-300, 300), i.multiplier = random_multiplier(numbers, bits);
    random_finish(i, numbers, bits);
    bench.run(i);
    return for_all(t, [&](int64_t y, int64_t x, int64_t c) {
      const Wide v = bench.peek(
          i.src + (y * i.src_y_stride + x * i.src_x_stride + c * element_bytes(i.src_type)), i.src_type);
      const Address dst = i.dst + (y * i.dst_y_stride + x * i.dst_x_stride + c * element_bytes(i.dst_type));
      return bench.peek(dst, i.dst_type) == finished(i, (v - i.src_zero) * i.multiplier);
    });
  }));
}

template <class DspInstruction, class Formula>
bool two_operands_agree(uint64_t seed, Formula&& formula) {
  Numbers numbers(seed);
  Bench bench;
  fill(bench, numbers);
  const Tile t(numbers);
  DspInstruction i;
  i.a = l2(static_cast<uint64_t>(numbers.in(0, 99))),
  i.b = l2(static_cast<uint64_t>(numbers.in(10000, 10099))), i.dst = l2(100000);
  i.a_type = numbers.one_of(kOperands), i.b_type = numbers.one_of(kOperands),
  i.dst_type = numbers.one_of(kOperands);
  i.count_y = t.y, i.count_x = t.x, i.channels = t.channels, i.b_channels = numbers.in(0, 3) ? t.channels : 1;
  i.a_x_stride = t.x_stride(numbers, i.a_type), i.a_y_stride = t.y_stride(numbers, i.a_x_stride);
  i.b_x_stride = numbers.in(0, 3) ? t.x_stride(numbers, i.b_type) : 0;
  i.b_y_stride = numbers.in(0, 3) ? t.y_stride(numbers, i.b_x_stride) : 0;
  i.dst_x_stride = t.x_stride(numbers, i.dst_type), i.dst_y_stride = t.y_stride(numbers, i.dst_x_stride);
  const int64_t bits = numbers.in(1, 31);
  i.a_zero = numbers.in(-300, 300), i.b_zero = numbers.in(-300, 300);
  if constexpr (std::is_same_v<DspInstruction, DspAdd>)
    i.a_multiplier = random_multiplier(numbers, bits), i.b_multiplier = random_multiplier(numbers, bits);
  else
    i.multiplier = random_multiplier(numbers, bits);
  random_finish(i, numbers, bits);
  bench.run(i);
  return for_all(t, [&](int64_t y, int64_t x, int64_t c) {
    const int64_t cb = i.b_channels == 1 ? 0 : c;
    const Wide a =
        bench.peek(i.a + (y * i.a_y_stride + x * i.a_x_stride + c * element_bytes(i.a_type)), i.a_type) -
        i.a_zero;
    const Wide b =
        bench.peek(i.b + (y * i.b_y_stride + x * i.b_x_stride + cb * element_bytes(i.b_type)), i.b_type) -
        i.b_zero;
    const Address dst = i.dst + (y * i.dst_y_stride + x * i.dst_x_stride + c * element_bytes(i.dst_type));
    return bench.peek(dst, i.dst_type) == finished(i, formula(i, a, b));
  });
}

TEST_CASE("add: random tiles of every element are the formula's") {
  CHECK(tests::holds([](uint64_t seed) {
    return two_operands_agree<DspAdd>(
        seed, [](const DspAdd& i, Wide a, Wide b) { return a * i.a_multiplier + b * i.b_multiplier; });
  }));
}

TEST_CASE("multiply: random tiles of every element are the formula's") {
  CHECK(tests::holds([](uint64_t seed) {
    return two_operands_agree<DspMultiply>(
        seed, [](const DspMultiply& i, Wide a, Wide b) { return a * b * i.multiplier; });
  }));
}

TEST_CASE("prelu: random tiles of every element are the formula's") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    fill(bench, numbers);
    const Tile t(numbers);
    DspPrelu i;
    i.src = l2(static_cast<uint64_t>(numbers.in(0, 99))), i.dst = l2(100000);
    i.src_type = numbers.one_of(kOperands), i.dst_type = numbers.one_of(kOperands);
    i.count_y = t.y, i.count_x = t.x, i.channels = t.channels;
    i.src_x_stride = t.x_stride(numbers, i.src_type), i.src_y_stride = t.y_stride(numbers, i.src_x_stride);
    i.dst_x_stride = t.x_stride(numbers, i.dst_type), i.dst_y_stride = t.y_stride(numbers, i.dst_x_stride);
    const int64_t bits = numbers.in(1, 40);
    i.src_zero = numbers.in(-30, 30), i.positive = random_multiplier(numbers, bits),
    i.slope = random_multiplier(numbers, bits);
    if (numbers.in(0, 1)) i.slopes = l2(50000), i.lane = static_cast<uint32_t>(numbers.in(0, 9));
    for (uint64_t c = 0; c < 80; ++c)
      bench.poke<int64_t>(l2(50000 + 8 * c), {random_multiplier(numbers, bits)});
    random_finish(i, numbers, bits);
    bench.run(i);
    return for_all(t, [&](int64_t y, int64_t x, int64_t c) {
      const Wide v =
          bench.peek(i.src + (y * i.src_y_stride + x * i.src_x_stride + c * element_bytes(i.src_type)),
                     i.src_type) -
          i.src_zero;
      const Wide slope =
          i.slopes.is_none() ? Wide{i.slope} : bench.peek(i.slopes + 8 * (i.lane + c), Element::s64);
      const Address dst = i.dst + (y * i.dst_y_stride + x * i.dst_x_stride + c * element_bytes(i.dst_type));
      return bench.peek(dst, i.dst_type) == finished(i, v >= 0 ? v * i.positive : v * slope);
    });
  }));
}

TEST_CASE("rescale: a tile longer than a chunk is whole") {
  Bench bench;
  for (uint64_t k = 0; k < 1500; ++k) bench.poke_byte(l2(k), static_cast<uint8_t>(k % 100));
  DspRescale i;
  i.src = l2(0), i.dst = l2(4096);
  i.channels = 1500, i.multiplier = -1;
  finish_8_bits(i, 0);
  bench.run(i);
  const auto result = bench.peek<int8_t>(l2(4096), 1501);
  for (size_t k = 0; k < 1500; ++k) REQUIRE(result[k] == -static_cast<int>(k % 100));
  CHECK(result[1500] == 0);
}

}  // namespace mmasim::isa
