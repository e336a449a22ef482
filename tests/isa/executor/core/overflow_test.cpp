// The accumulator's range: sums that leave it wrap, saturate or trap when they are transferred, and are
// counted.
#include <doctest/doctest.h>

#include "isa/executor/core/registers.h"
#include "tests/isa/semantics/oracle.h"

namespace mmasim::isa {
namespace {

using oracle::Bench;
using oracle::l2;

// A bench with one A row and one B column of `panel` equal elements each, and a raw stage.
struct OverflowBench : Bench {
  OverflowBench(Element operand_a, Wide av, Element operand_b, Wide bv)
      : a(operand_a), accumulator(accumulator_element(element_bytes(a))) {
    panel = static_cast<uint8_t>(machine.panel(element_bytes(a)));
    for (uint64_t k = 0; k < panel; ++k) {
      poke(l2(k * element_bytes(a)), a, av);
      poke(l2(1024 + 64 * k), operand_b, bv);
    }
    MmaPattern pattern;
    pattern.k0 = 64;
    run(MmaConfig{a, operand_b});
    run(pattern);
    run(MmaStorePattern{});
    MmaLoadB load;
    load.addr = l2(1024);
    load.rows = panel;
    run(load);
  }

  void stream(uint8_t depth, bool accumulate) {
    MmaStream s;
    s.a = l2(0);
    s.rows = 1;
    s.depth = depth;
    s.accumulate = accumulate;
    run(s);
  }
  Wide transferred(Overflow policy, Wide bias = 0) {
    StageSet stage = oracle::raw_stage(Unit::mma, accumulator);
    stage.overflow = policy;
    if (bias != 0) {
      poke(l2(2048), accumulator, bias);
      stage.bias = l2(2048);
    }
    run(stage);
    MmaTransfer t;
    t.dst = l2(4096);
    t.rows = t.columns = 1;
    run(t);
    return peek(l2(4096), accumulator);
  }

  Element a, accumulator;
  uint8_t panel;
};

}  // namespace

TEST_CASE("overflow: u8 x s8 is exact to depth 65793 and leaves 32 bits at 65794") {
  // 255 * -128 = -32640; 65793 * 32640 = 2147483520 < 2^31 <= 65794 * 32640
  OverflowBench bench(Element::u8, 255, Element::s8, -128);
  for (int i = 0; i < 1028; ++i) bench.stream(64, i > 0);  // 65792
  bench.stream(1, true);
  CHECK(bool(bench.transferred(Overflow::wrap) == -2147483520));
  CHECK(bench.state.overflow_count() == 0);
  bench.stream(1, true);
  CHECK(bool(bench.transferred(Overflow::wrap) == int64_t{-2147483520} - 32640 + (int64_t{1} << 32)));
  CHECK(bench.state.overflow_count() == 1);
  CHECK(bool(bench.transferred(Overflow::saturate) == INT32_MIN));
  CHECK(bench.state.overflow_count() == 2);
  CHECK_THROWS_AS(bench.transferred(Overflow::trap), OverflowTrap);
  bench.stream(1, false);  // a new sum is narrow again
  CHECK(bool(bench.transferred(Overflow::trap) == -32640));
}

TEST_CASE("overflow: an accumulator of 16 bits holds 33 products of -32 and 31, and the 34th leaves it") {
  OverflowBench bench(Element::s8, -32, Element::s8, 31);
  bench.stream(33, false);
  CHECK(bool(bench.transferred(Overflow::trap16) == -32736));
  bench.stream(34, false);
  CHECK(bool(bench.transferred(Overflow::saturate16) == -32768));
  CHECK(bool(bench.transferred(Overflow::wrap16) == 31808));  // 65536 - 33728
  CHECK(bench.state.overflow_count() == 2);
  CHECK_THROWS_AS(bench.transferred(Overflow::trap16), OverflowTrap);
  CHECK(bool(bench.transferred(Overflow::wrap) == -33728));
}

TEST_CASE("overflow: a sum that left the range and came back has not overflowed") {
  OverflowBench bench(Element::u8, 255, Element::s8, 127);
  for (int i = 0; i < 1100; ++i) bench.stream(64, i > 0);  // 1100 * 64 * 32385 = 2279904000 > 2^31
  for (uint64_t k = 0; k < 64; ++k) bench.poke(l2(1024 + 64 * k), Element::s8, -127);
  MmaLoadB load;
  load.addr = l2(1024);
  load.rows = 64;
  bench.run(load);
  for (int i = 0; i < 1000; ++i) bench.stream(64, true);
  CHECK(bool(bench.transferred(Overflow::trap) == int64_t{100} * 64 * 32385));
  CHECK(bench.state.overflow_count() == 0);
}

TEST_CASE("overflow: the bias counts as part of the sum, at the edge and one beyond it") {
  OverflowBench bench(Element::s8, 1, Element::s8, 1);
  bench.stream(7, false);
  CHECK(bool(bench.transferred(Overflow::trap, INT32_MAX - 7) == INT32_MAX));
  CHECK(bool(bench.transferred(Overflow::wrap, INT32_MAX - 6) == INT32_MIN));
  CHECK(bool(bench.transferred(Overflow::saturate, INT32_MAX - 6) == INT32_MAX));
  CHECK(bench.state.overflow_count() == 2);
  CHECK_THROWS_AS(bench.transferred(Overflow::trap, INT32_MAX - 6), OverflowTrap);
  CHECK(bool(bench.transferred(Overflow::trap, INT32_MIN) == INT32_MIN + 7));
}

TEST_CASE("overflow: 16-bit operands have 64 bits, 32-bit operands 128") {
  OverflowBench half(Element::u16, 65535, Element::s16, -32768);
  half.stream(32, false);
  const Wide sum = Wide{32} * 65535 * -32768;
  CHECK(bool(half.transferred(Overflow::trap) == sum));
  CHECK(bool(half.transferred(Overflow::trap, INT64_MIN - sum) == INT64_MIN));
  CHECK(bool(half.transferred(Overflow::wrap, INT64_MIN - sum - 1) == INT64_MAX));
  CHECK(bool(half.transferred(Overflow::saturate, INT64_MIN - sum - 1) == INT64_MIN));
  CHECK(half.state.overflow_count() == 2);

  OverflowBench full(Element::u32, element_highest(Element::u32), Element::u32,
                     element_highest(Element::u32));
  full.stream(16, false);
  const Wide large = 16 * element_highest(Element::u32) * element_highest(Element::u32);
  CHECK(bool(full.transferred(Overflow::trap, kWideMax - large) == kWideMax));
  CHECK(bool(full.transferred(Overflow::wrap, kWideMax - large + 1) == kWideMin));
  CHECK(bool(full.transferred(Overflow::saturate, kWideMax - large + 1) == kWideMax));
  CHECK(full.state.overflow_count() == 2);
  CHECK_THROWS_AS(full.transferred(Overflow::trap, kWideMax - large + 1), OverflowTrap);
}

TEST_CASE("overflow: a 64-bit accumulator whose bound outgrows 64 bits goes on in 128") {
  // 2^26 streams would take too long: the bank is put where they would have brought it
  OverflowBench bench(Element::s16, 100, Element::s16, 100);
  bench.stream(1, false);
  auto& bank = bench.state.registers().c_bank(0);
  bank.bound[0] = INT64_MAX - 5;
  bank.middle[0] = INT64_MAX - 9999;
  bench.registers.c_bank(0)[0] = INT64_MAX - 9999;
  bench.stream(1, true);  // + 10000: one more than fits
  CHECK(bool(bench.transferred(Overflow::wrap) == INT64_MIN));
  bench.stream(1, true);
  CHECK(bool(bench.transferred(Overflow::trap, -10001) == INT64_MAX));
  CHECK(bench.state.overflow_count() == 1);
}

TEST_CASE("overflow: one count for each element, and the others of its row are unharmed") {
  Bench bench;
  bench.poke<int32_t>(l2(0), {INT32_MAX, 5, INT32_MIN, -5, INT32_MAX - 1});
  bench.poke<int32_t>(l2(64), {1, 1, -1, 1, 1});
  auto stage = oracle::shift_stage(Unit::dsp, Element::s8, 1);
  stage.bias = l2(64);
  stage.overflow = Overflow::saturate;
  bench.run(stage);
  DspRequantize i;
  i.src = l2(0);
  i.dst = l2(128);
  i.channels = 5;
  bench.run(i);
  // both extremes saturate to 32 bits and then to 8; (5 + 1) / 2 = 3; (-5 + 1) / 2 = -2
  CHECK(bench.peek<int8_t>(l2(128), 5) == std::vector<int8_t>{127, 3, -128, -2, 127});
  CHECK(bench.state.overflow_count() == 2);
  stage.overflow = Overflow::wrap;
  bench.run(stage);
  bench.run(i);
  CHECK(bench.peek<int8_t>(l2(128), 5) == std::vector<int8_t>{-128, 3, 127, -2, 127});
  CHECK(bench.state.overflow_count() == 4);
}

}  // namespace mmasim::isa
