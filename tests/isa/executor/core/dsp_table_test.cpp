// dsp.lookup, dsp.softmax and dsp.argmax.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Bench;
using oracle::l2;
using oracle::Numbers;

}  // namespace

TEST_CASE("lookup: a direct table begins at the smallest element") {
  Bench bench;
  std::vector<int16_t> table(256);
  for (int u = 0; u < 256; ++u) table[static_cast<size_t>(u)] = static_cast<int16_t>(3 * u - 500);
  bench.poke<int16_t>(l2(1024), table);
  bench.poke<uint8_t>(l2(0), {0x80, 0xff, 0x00, 0x7f});
  DspLookup i;
  i.src = l2(0), i.dst = l2(64), i.table = l2(1024);
  i.dst_type = Element::s16, i.channels = 4;
  bench.run(i);
  CHECK(bench.peek<int16_t>(l2(64), 4) ==
        std::vector<int16_t>{-500, -119, -116, 265});  // u = 0, 127, 128, 255
  i.src_type = Element::u8;
  bench.run(i);
  CHECK(bench.peek<int16_t>(l2(64), 4) ==
        std::vector<int16_t>{-116, 265, -500, -119});  // u = 128, 255, 0, 127
}

TEST_CASE("lookup: segments interpolate half up and clip") {
  Bench bench;
  // 16 segments of 4096 steps over u16: knots 0, 10, 0, 10, ... and a large last one
  std::vector<int64_t> knots(17);
  for (size_t t = 0; t < 17; ++t) knots[t] = t % 2 ? 10 : 0;
  knots[15] = -40000, knots[16] = 70000;
  bench.poke<int64_t>(l2(1024), knots);
  bench.poke<uint16_t>(l2(0), {0, 204, 205, 4096, 4096 + 204, 4096 + 205, 65535, 15 * 4096});
  DspLookup i;
  i.src = l2(0), i.dst = l2(64), i.table = l2(1024);
  i.src_type = Element::u16, i.dst_type = Element::s16, i.channels = 8, i.fraction_bits = 12;
  bench.run(i);
  // 10 * 204 / 4096 = 0.498 -> 0; 205 -> 0.5005 -> 1; falling: 10 - 0.498 -> 10 + 0; 10 - 0.5005 -> 9
  CHECK(bench.peek<int16_t>(l2(64), 8) == std::vector<int16_t>{0, 0, 1, 10, 10, 9, 32767, -32768});
}

TEST_CASE("softmax: three classes by hand, in 8 bits") {
  // exponentials of d = 0, 1, 2, ...: 1000, 500, 250, ... ; src 3, 2, 1: S = 1750
  Bench bench;
  std::vector<int64_t> table(256);
  for (size_t d = 0; d < 256; ++d) table[d] = d < 10 ? 1000 >> d : 0;
  bench.poke<int64_t>(l2(1024), table);
  bench.poke<int8_t>(l2(0), {2, 3, 1, -128});
  DspSoftmax i;
  i.src = l2(0), i.dst = l2(64), i.table = l2(1024);
  i.channels = 4;
  bench.run(i);
  // (500*256 + 875) / 1750 = 73.6; (256000 + 875) / 1750 = 146.8; (64000 + 875) / 1750 = 37.07; 0.5 -> 0
  CHECK(bench.peek<uint8_t>(l2(64), 4) == std::vector<uint8_t>{73, 146, 37, 0});
  i.channels = 1;  // alone: exactly 2^8, clipped
  bench.run(i);
  CHECK(bench.peek<uint8_t>(l2(64), 1) == std::vector<uint8_t>{255});
}

TEST_CASE("softmax: positions are apart, wide elements interpolate, no sum is no trouble") {
  Bench bench;
  std::vector<int64_t> knots(3);
  knots = {1 << 24, 1 << 20, 0};  // d = 0, 2^15, 2^16
  bench.poke<int64_t>(l2(1024), knots);
  bench.poke<int16_t>(l2(0), {0, -16384, 7, 7});
  DspSoftmax i;
  i.src = l2(0), i.dst = l2(64), i.table = l2(1024);
  i.src_type = Element::s16, i.dst_type = Element::u16;
  i.count_x = 2, i.channels = 2, i.src_x_stride = i.dst_x_stride = 4, i.fraction_bits = 15, i.bits = 16;
  bench.run(i);
  // E(2^14) = (2^24 + 2^20) / 2 = 8912896; S = 25690112; 2^24 * 2^16 / S = 42799.02, 8912896 * 2^16 / S =
  // 22736.98
  CHECK(bench.peek<uint16_t>(l2(64), 4) == std::vector<uint16_t>{42799, 22737, 32768, 32768});
  bench.poke<int64_t>(l2(1024), {0, 0, 0});
  bench.run(i);
  CHECK(bench.peek<uint16_t>(l2(64), 4) == std::vector<uint16_t>{0, 0, 0, 0});
}

TEST_CASE("softmax: random rows of every element are the formula's") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    DspSoftmax i;
    i.src = l2(0), i.dst = l2(8192), i.table = l2(16384);
    i.src_type = operand_element(numbers.one_of({8u, 16u}), numbers.in(0, 1)),
    i.dst_type = numbers.one_of({Element::u8, Element::u16, Element::s16, Element::s32});
    i.channels = static_cast<uint32_t>(numbers.in(1, 200)), i.bits = static_cast<uint8_t>(numbers.in(4, 20));
    i.fraction_bits = element_bytes(i.src_type) == 1 ? 0 : 10;
    std::vector<int64_t> table(260);
    for (size_t d = 0; d < table.size(); ++d)
      table[d] = static_cast<int64_t>(std::ldexp(std::exp(-static_cast<double>(d) / 9), 24));
    bench.poke<int64_t>(i.table, table);
    std::vector<Wide> v(i.channels), e(i.channels);
    Wide largest = kWideMin, sum = 0;
    for (size_t c = 0; c < v.size(); ++c) {
      v[c] = numbers.element(i.src_type);
      bench.poke(i.src + static_cast<int64_t>(c * element_bytes(i.src_type)), i.src_type, v[c]);
      largest = std::max(largest, v[c]);
    }
    for (size_t c = 0; c < v.size(); ++c) {
      const auto u = static_cast<size_t>(largest - v[c]), t = u >> i.fraction_bits;
      e[c] = table[t];
      if (i.fraction_bits > 0)
        e[c] += oracle::srs(Wide{table[t + 1] - table[t]} * (u % 1024), 10, Rounding::half_up);
      sum += e[c];
    }
    bench.run(i);
    for (size_t c = 0; c < v.size(); ++c) {
      const Wide expected = oracle::clip((e[c] * (Wide{1} << i.bits) + sum / 2) / sum,
                                         element_lowest(i.dst_type), element_highest(i.dst_type));
      if (bench.peek(i.dst + static_cast<int64_t>(c * element_bytes(i.dst_type)), i.dst_type) != expected)
        return false;
    }
    return true;
  }));
}

TEST_CASE("argmax: the lowest of equals, signed and unsigned") {
  Bench bench;
  bench.poke<uint8_t>(l2(0), {1, 5, 0xff, 5, 0x80, 0x80});
  DspArgmax i;
  i.src = l2(0), i.dst = l2(64);
  i.count_x = 2, i.channels = 3, i.src_x_stride = 3, i.dst_x_stride = 8;
  bench.run(i);
  CHECK(bench.peek<int64_t>(l2(64), 2) == std::vector<int64_t>{1, 0});
  i.src_type = Element::u8;
  bench.run(i);
  CHECK(bench.peek<int64_t>(l2(64), 2) == std::vector<int64_t>{2, 1});
}

TEST_CASE("argmax: of reals, by value and not by bits, and past what is no number") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinite = std::numeric_limits<float>::infinity();
  Bench bench;
  bench.poke<float>(l2(0), {-1.5f, -0.25f, -3, -0.0f, 0, -1, 1, kNan, 2, kNan, 1, kInfinite});
  DspArgmax i;
  i.src = l2(0), i.dst = l2(64), i.src_type = Element::f32;
  i.count_x = 4, i.channels = 3, i.src_x_stride = 12, i.dst_x_stride = 8;
  bench.run(i);
  CHECK(bench.peek<int64_t>(l2(64), 4) == std::vector<int64_t>{1, 0, 2, 0});
}

}  // namespace mmasim::isa
