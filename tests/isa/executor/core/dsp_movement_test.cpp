// dsp.resize, dsp.permute, dma.copy and dma.fill: elements that move.
#include <doctest/doctest.h>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Bench;
using oracle::l2;
using oracle::Numbers;

}  // namespace

TEST_CASE("resize: by two with pixel centres, the weights are quarters") {
  // one row 0, 40 of height 1: positions -1/4, 1/4, 3/4, 5/4 -> 0, 10, 30, 40
  Bench bench;
  bench.poke<int8_t>(l2(0), {0, 40});
  DspResize i;
  i.src = l2(0), i.dst = l2(64);
  i.count_x = 4, i.channels = 1, i.src_x_stride = i.dst_x_stride = 1;
  i.factor_x = 2, i.in_height = 1, i.in_width = 2;
  i.multiplier = 1, i.shift = 3, i.clip_min = -128, i.clip_max = 127;  // weights total 4 * 1 * 2
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 4) == std::vector<int8_t>{0, 10, 30, 40});
  i.half_pixel = 0;  // positions 0, 1/2, 1, 3/2 (clamped to 1)
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 4) == std::vector<int8_t>{0, 20, 40, 40});
  i.out_x = 2, i.src_x = 1, i.src = l2(1), i.count_x = 2;  // the right half of the same, from its own tile
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(64), 2) == std::vector<int8_t>{40, 40});
}

TEST_CASE("resize: random maps are the definition's") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    DspResize i;
    i.type = static_cast<Element>(numbers.in(0, 5));
    const int64_t bytes = element_bytes(i.type);
    i.src = l2(0), i.dst = l2(100000);
    i.factor_y = static_cast<uint16_t>(numbers.in(1, 4)),
    i.factor_x = static_cast<uint16_t>(numbers.in(1, 4));
    i.in_height = static_cast<uint32_t>(numbers.in(1, 5)),
    i.in_width = static_cast<uint32_t>(numbers.in(1, 5));
    i.count_y = i.in_height * i.factor_y, i.count_x = i.in_width * i.factor_x,
    i.channels = static_cast<uint32_t>(numbers.in(1, 20));
    i.src_x_stride = static_cast<int32_t>(i.channels * bytes), i.src_y_stride = 5 * i.src_x_stride;
    i.dst_x_stride = static_cast<int32_t>(i.channels * bytes), i.dst_y_stride = 20 * i.dst_x_stride;
    i.half_pixel = static_cast<uint8_t>(numbers.in(0, 1));
    i.multiplier = numbers.in(1, 1 << 16), i.shift = static_cast<int8_t>(numbers.in(0, 22)),
    i.rounding = oracle::kRoundings[numbers.in(0, 3)];
    i.clip_min = static_cast<int64_t>(element_lowest(i.type)),
    i.clip_max = static_cast<int64_t>(element_highest(i.type));
    for (uint64_t k = 0; k < 5000; ++k) bench.poke_byte(l2(k), static_cast<uint8_t>(numbers.next() >> 40));
    bench.run(i);
    // weight of the input index `in` for the output index `out`, out of 2 * factor: by a search over all the
    // inputs
    const auto weight = [&](int64_t out, int64_t in, int64_t factor, int64_t in_count) {
      const int64_t position = 2 * out + (i.half_pixel ? 1 - factor : 0);
      int64_t total = 0;
      for (int64_t unclamped = -2; unclamped < in_count + 2; ++unclamped) {
        const int64_t distance = std::abs(position - 2 * factor * unclamped);
        if (std::min(std::max<int64_t>(unclamped, 0), in_count - 1) == in)
          total += std::max<int64_t>(0, 2 * factor - distance);
      }
      return total;
    };
    for (int64_t y = 0; y < i.count_y; ++y)
      for (int64_t x = 0; x < i.count_x; ++x)
        for (int64_t c = 0; c < i.channels; ++c) {
          Wide sum = 0;
          for (int64_t iy = 0; iy < i.in_height; ++iy)
            for (int64_t ix = 0; ix < i.in_width; ++ix)
              sum += weight(y, iy, i.factor_y, i.in_height) * weight(x, ix, i.factor_x, i.in_width) *
                     bench.peek(i.src + (iy * i.src_y_stride + ix * i.src_x_stride + c * bytes), i.type);
          const Wide expected =
              oracle::clip(oracle::srs(sum * i.multiplier, i.shift, i.rounding), i.clip_min, i.clip_max);
          if (bench.peek(i.dst + (y * i.dst_y_stride + x * i.dst_x_stride + c * bytes), i.type) != expected)
            return false;
        }
    return true;
  }));
}

TEST_CASE("permute: channels first to channels last") {
  Bench bench;
  bench.poke<int16_t>(l2(0), {0, 1, 2, 10, 11, 12});  // 2 channels of 3 positions
  DspPermute i;
  i.src = l2(0), i.dst = l2(64), i.element_bytes = 2;
  i.n1 = 2, i.src_stride1 = 6, i.dst_stride1 = 2;
  i.n2 = 3, i.src_stride2 = 2, i.dst_stride2 = 4;
  bench.run(i);
  CHECK(bench.peek<int16_t>(l2(64), 6) == std::vector<int16_t>{0, 10, 1, 11, 2, 12});
}

TEST_CASE("permute: five dimensions, every element width, contiguous rows or not") {
  for (const uint8_t bytes : {1, 2, 4, 8, 16})
    for (const bool contiguous : {false, true}) {
      Bench bench;
      for (uint64_t k = 0; k < 8192; ++k) bench.poke_byte(l2(k), static_cast<uint8_t>(k * 37 >> 3));
      DspPermute i;
      i.src = l2(0), i.dst = l2(65536), i.element_bytes = bytes;
      i.n1 = 3, i.n2 = 2, i.n3 = 3, i.n4 = 2, i.n5 = 2;
      i.src_stride1 = contiguous ? bytes : 4 * bytes, i.src_stride2 = 17 * bytes, i.src_stride3 = 40,
      i.src_stride4 = 7, i.src_stride5 = 1000;
      i.dst_stride1 = bytes, i.dst_stride2 = 3 * bytes, i.dst_stride3 = 6 * bytes, i.dst_stride4 = 18 * bytes,
      i.dst_stride5 = 36 * bytes;
      bench.run(i);
      int64_t at = 0;  // dst is dense, so elements arrive in loop order
      for (int64_t i5 = 0; i5 < 2; ++i5)
        for (int64_t i4 = 0; i4 < 2; ++i4)
          for (int64_t i3 = 0; i3 < 3; ++i3)
            for (int64_t i2 = 0; i2 < 2; ++i2)
              for (int64_t i1 = 0; i1 < 3; ++i1, at += bytes) {
                const int64_t from = i1 * i.src_stride1 + i2 * i.src_stride2 + i3 * i.src_stride3 +
                                     i4 * i.src_stride4 + i5 * i.src_stride5;
                REQUIRE(bench.peek<uint8_t>(i.dst + at, bytes) == bench.peek<uint8_t>(i.src + from, bytes));
              }
    }
}

TEST_CASE("dma: a copy gathers rows over three dimensions, and a stride of nothing repeats") {
  Bench bench;
  for (uint64_t k = 0; k < 200; ++k) bench.poke_byte(Address::in(Space::ddr, k), static_cast<uint8_t>(k));
  DmaCopy copy;
  copy.src = Address::in(Space::ddr, 10), copy.dst = l2(100);
  copy.row_bytes = 3, copy.n1 = 2, copy.n2 = 2, copy.n3 = 2;
  copy.src_stride1 = 10, copy.src_stride2 = 0, copy.src_stride3 = 50;
  copy.dst_stride1 = 3, copy.dst_stride2 = 6, copy.dst_stride3 = 20;
  bench.run_dma(copy);
  CHECK(bench.peek<uint8_t>(l2(100), 13) ==
        std::vector<uint8_t>{10, 11, 12, 20, 21, 22, 10, 11, 12, 20, 21, 22, 0});
  CHECK(bench.peek<uint8_t>(l2(120), 13) ==
        std::vector<uint8_t>{60, 61, 62, 70, 71, 72, 60, 61, 62, 70, 71, 72, 0});
}

TEST_CASE("dma: dense rows copy as one") {
  Bench bench;
  for (uint64_t k = 0; k < 64; ++k) bench.poke_byte(Address::in(Space::l3, k), static_cast<uint8_t>(k + 1));
  DmaCopy copy;
  copy.src = Address::in(Space::l3, 0), copy.dst = l2(0);
  copy.row_bytes = 8, copy.n1 = 4, copy.src_stride1 = copy.dst_stride1 = 8;
  bench.run_dma(copy);
  for (uint64_t k = 0; k < 32; ++k) REQUIRE(bench.memory.base[1][k] == k + 1);
  CHECK(bench.memory.base[1][32] == 0);
}

TEST_CASE("dma: a fill writes whole elements of every width") {
  for (const uint8_t bytes : {1, 2, 4, 8}) {
    Bench bench;
    DmaFill fill;
    fill.dst = l2(8), fill.value = -3, fill.element_bytes = bytes;
    fill.row_bytes = 16, fill.n1 = 2, fill.n2 = 2, fill.dst_stride1 = 20, fill.dst_stride2 = 100;
    bench.run_dma(fill);
    for (const uint64_t row : {8, 28, 108, 128}) {
      for (uint64_t k = 0; k < 16; k += bytes)
        REQUIRE(bench.peek(l2(row + k), operand_element(8, true)) == -3);
      for (uint64_t k = 0; k < 16; ++k)
        REQUIRE(bench.memory.base[1][row + k] == (k % bytes == 0 ? 0xfd : 0xff));
      CHECK(bench.memory.base[1][row + 16] == 0);
    }
  }
  DmaFill broken;
  broken.row_bytes = 3, broken.element_bytes = 2;
  Bench bench;
  CHECK_THROWS_AS(bench.run_dma(broken), std::logic_error);
}

TEST_CASE("execute_core: an instruction of the queues is not the core's") {
  oracle::FastBench bench;
  CHECK_THROWS_AS(bench.run(DmaCopy{}), std::logic_error);
  CHECK_THROWS_AS(bench.run(SyncWait{}), std::logic_error);
}

}  // namespace mmasim::isa
