// dsp.depthwise, dsp.pool_max and dsp.pool_average.
#include <doctest/doctest.h>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Bench;
using oracle::l2;
using oracle::Numbers;

// Random windows; strides in bytes follow from the element.
struct Window {
  uint32_t count_y, count_x, channels;
  uint16_t kernel_y, kernel_x, stride_y, stride_x, dilation_y, dilation_x;
  explicit Window(Numbers& numbers) {
    const auto count = [&](int64_t most) { return static_cast<uint16_t>(numbers.in(1, most)); };
    count_y = count(3), count_x = count(4), channels = count(40);
    kernel_y = count(4), kernel_x = count(3), stride_y = count(2), stride_x = count(2), dilation_y = count(2),
    dilation_x = count(2);
  }
  template <class DspInstruction>
  void put(DspInstruction& i, uint32_t src_bytes, uint32_t dst_bytes) const {
    i.src = l2(17), i.dst = l2(200000);
    i.count_y = count_y, i.count_x = count_x, i.channels = channels;
    i.src_x_stride = static_cast<int32_t>(channels * src_bytes + 3), i.src_y_stride = 20 * i.src_x_stride;
    i.dst_x_stride = static_cast<int32_t>(channels * dst_bytes), i.dst_y_stride = 5 * i.dst_x_stride;
    i.kernel_y = kernel_y, i.kernel_x = kernel_x, i.stride_y = stride_y, i.stride_x = stride_x;
  }
};

void fill(Bench& bench, Numbers& numbers) {
  for (uint64_t i = 0; i < 120000; ++i) bench.poke_byte(l2(i), static_cast<uint8_t>(numbers.next() >> 40));
}

template <class DspInstruction, class Visit>
bool for_all(const DspInstruction& i, Visit&& visit) {
  for (int64_t y = 0; y < i.count_y; ++y)
    for (int64_t x = 0; x < i.count_x; ++x)
      for (int64_t c = 0; c < i.channels; ++c)
        if (!visit(y, x, c)) return false;
  return true;
}

}  // namespace

TEST_CASE("depthwise: a 3 x 3 window of two channels with stride, by hand") {
  Bench bench;
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 5; ++x)
      bench.poke<uint8_t>(l2(static_cast<uint64_t>(10 * y + 2 * x)), {static_cast<uint8_t>(5 * y + x), 255});
  for (uint64_t tap = 0; tap < 9; ++tap)
    bench.poke<int8_t>(l2(512 + 4 * tap), {static_cast<int8_t>(tap == 4 ? 2 : 1), -128});
  bench.poke<int32_t>(l2(640), {100, 7, 0, -1});  // biases; lane 1 first
  auto stage = oracle::shift_stage(Unit::dsp, Element::s16, 1);
  stage.bias = l2(640);
  bench.run(stage);
  DspDepthwise i;
  i.src = l2(0), i.dst = l2(1024), i.weights = l2(512);
  i.src_type = Element::u8, i.weight_stride = 4;
  i.count_x = 2, i.channels = 2, i.lane = 1;
  i.src_y_stride = 10, i.src_x_stride = 2, i.dst_x_stride = 4;
  i.kernel_y = i.kernel_x = 3, i.stride_x = 2;
  bench.run(i);
  // channel 0: the nine of 0..2, 5..7, 10..12 total 54, plus the centre 6: 60 + 7 = 67 -> 33.5 -> 34;
  // two columns on: 54 + 18 + 8 = 80 + 7 = 87 -> 43.5 -> 44. Channel 1: 9 * 255 * -128 = -293760 / 2
  // saturates
  CHECK(bench.peek<int16_t>(l2(1024), 4) == std::vector<int16_t>{34, -32768, 44, -32768});
}

TEST_CASE("depthwise: random windows of every operand are the loop nest's") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    fill(bench, numbers);
    const Window window(numbers);
    const uint32_t bits = numbers.one_of({8u, 8u, 16u, 32u}), bytes = bits / 8;
    const Element out = operand_element(bits, numbers.in(0, 1)), acc = accumulator_element(bytes);
    DspDepthwise i;
    window.put(i, bytes, bytes);
    i.src_type = operand_element(bits, numbers.in(0, 1)),
    i.weight_type = operand_element(bits, numbers.in(0, 1));
    i.weights = l2(100001),
    i.weight_stride = static_cast<int32_t>(window.channels * bytes + numbers.in(0, 5));
    i.dilation_y = window.dilation_y, i.dilation_x = window.dilation_x,
    i.lane = static_cast<uint32_t>(numbers.in(0, 9));
    auto stage = oracle::shift_stage(Unit::dsp, out, static_cast<int>(numbers.in(0, 2 * bits - 2)),
                                     oracle::kRoundings[numbers.in(0, 3)]);
    stage.bias = l2(150000);
    for (uint64_t c = 0; c < 60; ++c)
      bench.poke(l2(150000 + c * element_bytes(acc)), acc, numbers.in(-9999, 9999));
    if (numbers.in(0, 1))
      stage.multiplier_mode = TableMode::common,
      stage.multiplier = static_cast<uint32_t>(numbers.next() >> 40);
    stage.zero_point = numbers.in(-9, 9);
    bench.run(stage);
    bench.run(i);
    return for_all(i, [&](int64_t y, int64_t x, int64_t c) {
      Wide v = bench.peek(stage.bias + (i.lane + c) * element_bytes(acc), acc);
      for (int64_t ky = 0; ky < i.kernel_y; ++ky)
        for (int64_t kx = 0; kx < i.kernel_x; ++kx)
          v += bench.peek(i.src + ((y * i.stride_y + ky * i.dilation_y) * i.src_y_stride +
                                   (x * i.stride_x + kx * i.dilation_x) * i.src_x_stride + c * bytes),
                          i.src_type) *
               bench.peek(i.weights + ((ky * i.kernel_x + kx) * i.weight_stride + c * bytes), i.weight_type);
      if (stage.multiplier_mode == TableMode::common) v *= stage.multiplier;
      const Wide expected = oracle::clip(oracle::srs(v, stage.shift, stage.rounding) + stage.zero_point,
                                         stage.clip_min, stage.clip_max);
      return bench.peek(i.dst + (y * i.dst_y_stride + x * i.dst_x_stride + c * bytes), out) == expected;
    });
  }));
}

TEST_CASE("pool_max: signed and unsigned bytes differ about their largest") {
  Bench bench;
  bench.poke<uint8_t>(l2(0), {1, 0x80, 0x7f, 0xff});
  DspPoolMax i;
  i.src = l2(0), i.dst = l2(64);
  i.channels = 1, i.src_x_stride = 1, i.kernel_x = 4;
  bench.run(i);
  CHECK(bench.peek<uint8_t>(l2(64), 1)[0] == 0x7f);
  i.type = Element::u8;
  bench.run(i);
  CHECK(bench.peek<uint8_t>(l2(64), 1)[0] == 0xff);
}

TEST_CASE("pool_max: random windows of every element are the loop nest's") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    fill(bench, numbers);
    const Window window(numbers);
    DspPoolMax i;
    i.type = static_cast<Element>(numbers.in(0, 6));
    const uint32_t bytes = element_bytes(i.type);
    window.put(i, bytes, bytes);
    i.dilation_y = window.dilation_y, i.dilation_x = window.dilation_x;
    bench.run(i);
    return for_all(i, [&](int64_t y, int64_t x, int64_t c) {
      Wide v = kWideMin;
      for (int64_t ky = 0; ky < i.kernel_y; ++ky)
        for (int64_t kx = 0; kx < i.kernel_x; ++kx)
          v = std::max(v,
                       bench.peek(i.src + ((y * i.stride_y + ky * i.dilation_y) * i.src_y_stride +
                                           (x * i.stride_x + kx * i.dilation_x) * i.src_x_stride + c * bytes),
                                  i.type));
      return bench.peek(i.dst + (y * i.dst_y_stride + x * i.dst_x_stride + c * bytes), i.type) == v;
    });
  }));
}

TEST_CASE("pool_average: every count of valid cells has its own reciprocal") {
  // a 2 x 2 tile (7 9 / 11 14) padded with the zero point 5 all around, windows of 3 x 3; r = 2^12 / N
  // rounded
  Bench bench;
  const int8_t tile[4][4] = {{5, 5, 5, 5}, {5, 7, 9, 5}, {5, 11, 14, 5}, {5, 5, 5, 5}};
  for (uint64_t y = 0; y < 4; ++y)
    for (uint64_t x = 0; x < 4; ++x) bench.poke<int8_t>(l2(4 * y + x), {tile[y][x]});
  std::vector<int64_t> reciprocals;
  for (int n = 1; n <= 9; ++n) reciprocals.push_back((8192 + n) / (2 * n));
  bench.poke<int64_t>(l2(64), reciprocals);
  DspPoolAverage i;
  i.src = l2(0), i.dst = l2(256), i.reciprocals = l2(64);
  i.count_y = i.count_x = 2, i.channels = 1;
  i.src_y_stride = 4, i.src_x_stride = 1, i.dst_y_stride = 2, i.dst_x_stride = 1;
  i.kernel_y = i.kernel_x = 3;
  i.valid_y_begin = i.valid_x_begin = 1, i.valid_y_end = i.valid_x_end = 3;
  i.src_zero = 5, i.shift = 12, i.dst_zero = -100, i.clip_min = -128, i.clip_max = 127;
  bench.run(i);
  // each window sees all four: 2 + 4 + 6 + 9 = 21; 21/4 = 5.25 -> 5
  CHECK(bench.peek<int8_t>(l2(256), 4) == std::vector<int8_t>{-95, -95, -95, -95});
  i.valid_y_end = 2;  // row 2 no longer counts, though its cells are still added: 21 / 2 = 10.5 -> 11
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(256), 4) == std::vector<int8_t>{-89, -89, -89, -89});
  i.reciprocals = {}, i.reciprocal = 455;  // 1/9 for every count: 21 * 455 / 4096 = 2.33
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(256), 4) == std::vector<int8_t>{-98, -98, -98, -98});
  i.valid_y_end = 1;  // no valid cell
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(256), 4) == std::vector<int8_t>{-100, -100, -100, -100});
}

TEST_CASE("pool_average: random windows of every element are the formula's") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    fill(bench, numbers);
    const Window window(numbers);
    DspPoolAverage i;
    i.src_type = static_cast<Element>(numbers.in(0, 5)), i.dst_type = static_cast<Element>(numbers.in(0, 5));
    const uint32_t src_bytes = element_bytes(i.src_type), dst_bytes = element_bytes(i.dst_type);
    window.put(i, src_bytes, dst_bytes);
    i.valid_y_begin = static_cast<int32_t>(numbers.in(-1, 2)),
    i.valid_y_end = static_cast<int32_t>(numbers.in(1, 9));
    i.valid_x_begin = static_cast<int32_t>(numbers.in(-1, 2)),
    i.valid_x_end = static_cast<int32_t>(numbers.in(1, 9));
    const int64_t bits = numbers.in(4, 40);
    i.reciprocal = numbers.in(0, int64_t{1} << bits);
    if (numbers.in(0, 1)) i.reciprocals = l2(150000);
    for (uint64_t n = 0; n < 12; ++n)
      bench.poke<int64_t>(l2(150000 + 8 * n), {numbers.in(0, int64_t{1} << bits)});
    i.shift = static_cast<int8_t>(numbers.in(0, bits + 2)), i.rounding = oracle::kRoundings[numbers.in(0, 3)];
    i.src_zero = numbers.in(-200, 200), i.dst_zero = numbers.in(0, 100);
    i.clip_min = static_cast<int64_t>(element_lowest(i.dst_type)),
    i.clip_max = static_cast<int64_t>(element_highest(i.dst_type));
    bench.run(i);
    return for_all(i, [&](int64_t y, int64_t x, int64_t c) {
      Wide sum = 0;
      int64_t cells = 0;
      for (int64_t ky = 0; ky < i.kernel_y; ++ky)
        for (int64_t kx = 0; kx < i.kernel_x; ++kx) {
          const int64_t row = y * i.stride_y + ky, column = x * i.stride_x + kx;
          cells += row >= i.valid_y_begin && row < i.valid_y_end && column >= i.valid_x_begin &&
                   column < i.valid_x_end;
          sum += bench.peek(i.src + (row * i.src_y_stride + column * i.src_x_stride + c * src_bytes),
                            i.src_type) -
                 i.src_zero;
        }
      const Wide r = i.reciprocals.is_none() || cells == 0
                         ? Wide{i.reciprocal}
                         : bench.peek(i.reciprocals + 8 * (cells - 1), Element::s64);
      const Wide expected = cells == 0 ? Wide{i.dst_zero}
                                       : oracle::clip(oracle::srs(sum * r, i.shift, i.rounding) + i.dst_zero,
                                                      i.clip_min, i.clip_max);
      return bench.peek(i.dst + (y * i.dst_y_stride + x * i.dst_x_stride + c * dst_bytes), i.dst_type) ==
             expected;
    });
  }));
}

}  // namespace mmasim::isa
