// mma.load_b, mma.stream and mma.transfer: tiny panels by hand, and random ones against a triple loop.
#include <doctest/doctest.h>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Bench;
using oracle::l2;
using oracle::Numbers;

// A pattern of dense rows: row r at r * row_bytes, depth contiguous.
MmaPattern dense_rows(int32_t row_bytes) {
  MmaPattern p;
  p.k0 = p.r0 = 1 << 20;
  p.r0_stride = row_bytes;
  return p;
}

MmaStorePattern dense_store(int32_t row_bytes) {
  MmaStorePattern p;
  p.r0 = 1 << 20;
  p.r0_stride = row_bytes;
  return p;
}

MmaStream stream(Address a, uint8_t rows, uint8_t depth, uint8_t accumulate = 0) {
  MmaStream s;
  s.a = a;
  s.rows = rows;
  s.depth = depth;
  s.accumulate = accumulate;
  return s;
}

MmaTransfer transfer(Address dst, uint8_t rows, uint8_t columns, uint32_t lane = 0) {
  MmaTransfer t;
  t.dst = dst;
  t.rows = rows;
  t.columns = columns;
  t.lane = lane;
  return t;
}

MmaLoadB load_b(Address addr, uint8_t rows) {
  MmaLoadB load;
  load.addr = addr;
  load.rows = rows;
  return load;
}

}  // namespace

TEST_CASE("mma: a 2 x 3 by 3 x 2 product, raw") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {1, 2, 3, -4, 5, -6});
  for (int k = 0; k < 3; ++k) bench.poke<int8_t>(l2(1024 + 64 * k), {static_cast<int8_t>(10 * (k + 1)), -1});
  bench.run(MmaConfig{});
  bench.run(dense_rows(3));
  bench.run(dense_store(8));
  bench.run(oracle::raw_stage(Unit::mma, Element::s32));
  bench.run(load_b(l2(1024), 3));
  bench.run(stream(l2(0), 2, 3));
  bench.run(transfer(l2(4096), 2, 2));
  // 1*10 + 2*20 + 3*30 = 140, -(1+2+3) = -6; -4*10 + 5*20 - 6*30 = -120, -(-4+5-6) = 5
  CHECK(bench.peek<int32_t>(l2(4096), 4) == std::vector<int32_t>{140, -6, -120, 5});
}

TEST_CASE("mma: weights of 16 bits as a B of high bytes, which count 256-fold, and a B of low bytes") {
  Bench bench;
  // 3 and 200 by -12345 = -49 * 256 + 199 and 23456 = 91 * 256 + 160
  bench.poke<uint8_t>(l2(0), {3, 200});
  bench.poke<int8_t>(l2(1024), {-49}), bench.poke<int8_t>(l2(1024 + 64), {91});
  bench.poke<uint8_t>(l2(2048), {199}), bench.poke<uint8_t>(l2(2048 + 64), {160});
  bench.run(dense_rows(2));
  bench.run(dense_store(4));
  bench.run(oracle::raw_stage(Unit::mma, Element::s32));
  const auto sum = [&](uint8_t high, uint8_t low) {
    bench.run(MmaConfig{Element::u8, Element::s8});
    bench.run(load_b(l2(1024), 2));
    bench.run(stream(l2(0), 1, 2, high));
    bench.run(MmaConfig{Element::u8, Element::u8});
    bench.run(load_b(l2(2048), 2));
    bench.run(stream(l2(0), 1, 2, low));
    bench.run(transfer(l2(4096), 1, 1));
    return bench.peek<int32_t>(l2(4096), 1).front();
  };
  CHECK(sum(2, 1) == 3 * -12345 + 200 * 23456);  // 4654165
  CHECK(sum(3, 1) == 2 * 4654165);               // onto what the bank holds
}

TEST_CASE("mma: streams accumulate, and start again from zero, row by row") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {1, 2, 3});
  bench.poke<int8_t>(l2(1024), {5});
  bench.run(MmaConfig{});
  bench.run(dense_rows(1));
  bench.run(dense_store(4));
  bench.run(oracle::raw_stage(Unit::mma, Element::s32));
  bench.run(load_b(l2(1024), 1));
  bench.run(stream(l2(0), 3, 1));     // 5, 10, 15
  bench.run(stream(l2(0), 3, 1, 1));  // 10, 20, 30
  bench.run(stream(l2(2), 1, 1, 0));  // row 0 anew: 15
  bench.run(stream(l2(0), 2, 1, 1));  // + 5, + 10
  bench.run(transfer(l2(4096), 3, 1));
  CHECK(bench.peek<int32_t>(l2(4096), 3) == std::vector<int32_t>{20, 30, 30});
}

TEST_CASE("mma: rows of B past those loaded are zero, though the bank held others") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {1, 1, 1});
  for (int k = 0; k < 3; ++k) bench.poke<int8_t>(l2(1024 + 64 * k), {7});
  bench.run(MmaConfig{});
  bench.run(dense_rows(3));
  bench.run(dense_store(4));
  bench.run(oracle::raw_stage(Unit::mma, Element::s32));
  bench.run(load_b(l2(1024), 3));
  bench.run(load_b(l2(1024), 1));
  bench.run(stream(l2(0), 1, 3));
  bench.run(transfer(l2(4096), 1, 1));
  CHECK(bench.peek<int32_t>(l2(4096), 1) == std::vector<int32_t>{7});
}

TEST_CASE("mma: the sign of B is read when it streams, not when it loads") {
  Bench bench;
  bench.poke<uint8_t>(l2(0), {2});
  bench.poke<uint8_t>(l2(1024), {255});
  bench.run(MmaConfig{Element::s8, Element::s8});
  bench.run(dense_rows(1));
  bench.run(dense_store(4));
  bench.run(oracle::raw_stage(Unit::mma, Element::s32));
  bench.run(load_b(l2(1024), 1));
  bench.run(MmaConfig{Element::u8, Element::u8});
  bench.run(stream(l2(0), 1, 1));
  bench.run(transfer(l2(4096), 1, 1));
  CHECK(bench.peek<int32_t>(l2(4096), 1) == std::vector<int32_t>{510});
}

TEST_CASE("mma: a bank that nothing streamed into holds zeros") {
  Bench bench;
  bench.poke<int32_t>(l2(4096), {1, 1});
  bench.poke<int32_t>(l2(512), {40, 41});
  bench.run(MmaConfig{});
  bench.run(dense_store(8));
  auto stage = oracle::raw_stage(Unit::mma, Element::s32);
  stage.bias = l2(512);
  bench.run(stage);
  bench.run(transfer(l2(4096), 1, 2));
  CHECK(bench.peek<int32_t>(l2(4096), 2) == std::vector<int32_t>{40, 41});
}

TEST_CASE("mma: operands of another width empty the accumulators, whatever their storage still holds") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {9, 9});
  bench.poke<int8_t>(l2(1024), {9});
  const auto start = [&bench] {
    bench.run(MmaConfig{Element::s16, Element::s16});
    bench.run(MmaConfig{});
    bench.run(dense_rows(1));
    bench.run(dense_store(4));
    bench.run(oracle::raw_stage(Unit::mma, Element::s32));
    bench.run(load_b(l2(1024), 1));
  };
  start();
  bench.run(stream(l2(0), 2, 1));  // 81 in both rows
  start();
  bench.run(transfer(l2(4096), 2, 1));
  CHECK(bench.peek<int32_t>(l2(4096), 2) == std::vector<int32_t>{0, 0});
  bench.run(stream(l2(0), 2, 1));
  start();
  bench.run(stream(l2(0), 1, 1));     // row 0 alone
  bench.run(stream(l2(0), 2, 1, 1));  // row 0 on 81, row 1 on nothing
  bench.run(transfer(l2(4096), 2, 1));
  CHECK(bench.peek<int32_t>(l2(4096), 2) == std::vector<int32_t>{162, 81});
}

TEST_CASE("mma: the pattern of a 2 x 2 convolution reads rows over ow and oh, depth over ic, kw and kh") {
  // tile 3 x 3 of 2 channels, element value 10*y + 2*x + c; weights 1, 10, 100, ... by depth (kh, kw, ic)
  Bench bench;
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 3; ++x)
      for (int c = 0; c < 2; ++c)
        bench.poke<int8_t>(l2(16 * y + 2 * x + c), {static_cast<int8_t>(10 * y + 2 * x + c)});
  MmaPattern p;
  p.k0 = 2, p.k1 = 2, p.k1_stride = 2, p.k2_stride = 16;
  p.r0 = 2, p.r1 = 2, p.r0_stride = 2, p.r1_stride = 16;
  MmaStorePattern store;
  store.r0 = 2, store.r1 = 2, store.r0_stride = 4, store.r1_stride = 100;
  bench.run(MmaConfig{});
  bench.run(p);
  bench.run(store);
  bench.run(oracle::raw_stage(Unit::mma, Element::s32));
  for (int k = 0; k < 8; ++k) {  // one depth at a time
    bench.poke<int8_t>(l2(1024), {static_cast<int8_t>(k + 1)});
    bench.run(load_b(l2(1024), 1));
    auto s = stream(l2(0), 4, 1, k > 0);
    s.k_start = static_cast<uint32_t>(k);
    bench.run(s);
  }
  bench.run(transfer(l2(4096), 4, 1));
  // position (0,0): depths 0 1 2 3 | 10 11 12 13, weights 1..8: 0+2+6+12 + 50+66+84+104 = 324
  // weights total 36, so one step right (+2) adds 72 and one down (+10) adds 360
  CHECK(bench.peek<int32_t>(l2(4096), 2) == std::vector<int32_t>{324, 396});
  CHECK(bench.peek<int32_t>(l2(4196), 2) == std::vector<int32_t>{684, 756});
  bench.run(transfer(l2(8192), 2, 1));
  auto from_third_row = transfer(l2(8192), 1, 1);
  from_third_row.row = 3;  // row 0 of C goes where row 3 of the pattern is
  bench.run(from_third_row);
  CHECK(bench.peek<int32_t>(l2(8192 + 104), 1) == std::vector<int32_t>{324});
}

TEST_CASE("mma: the output stage adds the lane's bias, multiplies, shifts, adds the zero point and clips") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {100, -100});
  bench.poke<int8_t>(l2(1024), {100, 100, 1, -128});
  bench.poke<int32_t>(l2(512), {-9, 5, 6, 7, 800});  // lanes 0..4
  bench.poke<uint32_t>(l2(600), {0, 3, 1, 5, 4294967295u});
  bench.poke<int8_t>(l2(700), {0, 8, 1, 10, 32});
  bench.run(MmaConfig{});
  bench.run(dense_rows(1));
  bench.run(dense_store(4));
  auto stage = oracle::shift_stage(Unit::mma, Element::s8, 0, Rounding::half_away);
  stage.bias = l2(512);
  stage.multiplier_mode = stage.shift_mode = TableMode::per_lane;
  stage.multipliers = l2(600);
  stage.shifts = l2(700);
  stage.zero_point = -3;
  stage.track_range = 1;
  bench.run(stage);
  bench.run(load_b(l2(1024), 1));
  bench.run(stream(l2(0), 2, 1));
  bench.run(transfer(l2(4096), 2, 4, 1));
  // row 0, lanes 1..4: (10000+5)*3/256 = 117.2 - 3 = 114; (10000+6)/2 = 5003 -> 127; (100+7)*5/1024 = 0.52 ->
  // 1 - 3 = -2; (-12800+800) * (1 - 2^-32) = -12000 -> -128 row 1: (-9995)*3/256 = -117.1 - 3 = -120; -4997
  // -> -128; (-93)*5/1024 = -0.45 -> 0 - 3; 13600 -> 127
  CHECK(bench.peek<int8_t>(l2(4096), 8) == std::vector<int8_t>{114, 127, -2, -128, -120, -128, -3, 127});
  bench.run(MmaRange{l2(5000)});
  CHECK(bench.peek<int64_t>(l2(5000), 2) == std::vector<int64_t>{-128, 127});
  bench.run(MmaRange{l2(5000)});  // cleared: nothing seen, smallest above largest
  CHECK(bench.peek<int64_t>(l2(5000), 2) == std::vector<int64_t>{INT64_MAX, INT64_MIN});
}

TEST_CASE("mma: a negative shift multiplies before the clip") {
  Bench bench;
  bench.poke<int8_t>(l2(0), {3, -3, 40});
  bench.poke<int8_t>(l2(1024), {1});
  bench.run(MmaConfig{});
  bench.run(dense_rows(1));
  bench.run(dense_store(1));
  bench.run(load_b(l2(1024), 1));
  bench.run(stream(l2(0), 3, 1));
  bench.run(oracle::shift_stage(Unit::mma, Element::s8, -3));
  bench.run(transfer(l2(4096), 3, 1));
  CHECK(bench.peek<int8_t>(l2(4096), 3) == std::vector<int8_t>{24, -24, 127});
  bench.run(oracle::shift_stage(Unit::mma, Element::s8, -128));
  bench.run(transfer(l2(4096), 3, 1));
  CHECK(bench.peek<int8_t>(l2(4096), 3) == std::vector<int8_t>{127, -128, 127});
}

TEST_CASE("mma: 32-bit operands of every sign at their extremes fill 128-bit accumulators exactly") {
  for (const auto a : {Element::s32, Element::u32})
    for (const auto b : {Element::s32, Element::u32})
      for (const Wide av : {element_lowest(a), element_highest(a)})
        for (const Wide bv : {element_lowest(b), element_highest(b)}) {
          Bench bench;
          for (int k = 0; k < 16; ++k) {
            bench.poke(l2(4 * k), a, av);
            bench.poke(l2(1024 + 64 * k), b, bv);
          }
          bench.run(MmaConfig{a, b});
          bench.run(dense_rows(64));
          bench.run(dense_store(16));
          bench.run(oracle::raw_stage(Unit::mma, Element::s128));
          bench.run(load_b(l2(1024), 16));
          bench.run(stream(l2(0), 1, 16));
          bench.run(stream(l2(0), 1, 16, 1));
          bench.run(transfer(l2(4096), 1, 1));
          CHECK(bool(bench.peek(l2(4096), Element::s128) == 32 * av * bv));
        }
}

TEST_CASE("mma: random streams and stages are the triple loop's, for all operands") {
  CHECK(tests::holds([](uint64_t seed) {
    Numbers numbers(seed);
    Bench bench;
    const uint32_t bits = numbers.one_of({8u, 16u, 32u});
    const Element a = operand_element(bits, numbers.in(0, 1)), b = operand_element(bits, numbers.in(0, 1));
    const Element acc = accumulator_element(bits / 8);
    const int panel = static_cast<int>(512 / bits);
    const auto rows = static_cast<uint8_t>(numbers.in(1, panel)),
               columns = static_cast<uint8_t>(numbers.in(1, panel));
    const int streams = static_cast<int>(numbers.in(1, 3));
    MmaPattern p;
    p.k0 = static_cast<uint32_t>(numbers.in(1, 40)), p.k1 = static_cast<uint32_t>(numbers.in(1, 3));
    p.k1_stride = static_cast<int32_t>(numbers.one_of({numbers.in(0, 400), int64_t{p.k0} * bits / 8}));
    p.k2_stride = static_cast<int32_t>(numbers.in(0, 100));
    p.r0 = static_cast<uint32_t>(numbers.in(1, 9)), p.r1 = static_cast<uint32_t>(numbers.in(1, 4));
    p.r0_stride = static_cast<int32_t>(numbers.in(0, 64)),
    p.r1_stride = static_cast<int32_t>(numbers.in(0, 300));
    p.r2_stride = static_cast<int32_t>(numbers.in(0, 500));
    for (uint64_t i = 0; i < bench.machine.l2_bytes; ++i)
      bench.poke_byte(l2(i), static_cast<uint8_t>(numbers.next() >> 40));
    bench.run(MmaConfig{a, b});
    bench.run(p);
    std::vector<Wide> sums(static_cast<size_t>(rows) * columns);
    const auto first_row = static_cast<uint32_t>(numbers.in(0, 50));
    for (int s = 0; s < streams; ++s) {
      const auto depth = static_cast<uint8_t>(numbers.in(1, panel)),
                 loaded = static_cast<uint8_t>(numbers.in(1, panel));
      const auto k_start = static_cast<uint32_t>(numbers.in(0, 99));
      const Address a_base = l2(static_cast<uint64_t>(numbers.in(0, 999))),
                    b_base = l2(static_cast<uint64_t>(numbers.in(100000, 100063)));
      bench.run(load_b(b_base, loaded));
      auto run = stream(a_base, rows, depth, s > 0);
      run.row = first_row, run.k_start = k_start, run.c_bank = 2;
      bench.run(run);
      for (uint32_t i = 0; i < rows; ++i)
        for (uint32_t n = 0; n < columns; ++n)
          for (uint32_t j = 0; j < depth && j < loaded; ++j) {
            const uint32_t r = first_row + i, k = k_start + j;
            const int64_t at = int64_t{r % p.r0} * p.r0_stride + int64_t{r / p.r0 % p.r1} * p.r1_stride +
                               int64_t{r / p.r0 / p.r1} * p.r2_stride + k % p.k0 * (bits / 8) +
                               int64_t{k / p.k0 % p.k1} * p.k1_stride +
                               int64_t{k / p.k0 / p.k1} * p.k2_stride;
            sums[i * columns + n] +=
                bench.peek(a_base + at, a) * bench.peek(b_base + (64 * int64_t{j} + n * bits / 8), b);
          }
    }
    StageSet stage = oracle::shift_stage(Unit::mma, operand_element(bits, numbers.in(0, 1)), 0,
                                         oracle::kRoundings[numbers.in(0, 3)]);
    const int span = static_cast<int>(2 * bits);
    stage.shift = static_cast<int8_t>(numbers.in(-2, span));
    if (numbers.in(0, 1)) stage.bias = l2(200000);
    for (int i = 0; i < 100; ++i)
      bench.poke(l2(200000 + i * element_bytes(acc)), acc, numbers.in(-(1 << 20), 1 << 20));
    if (numbers.in(0, 1)) stage.multiplier_mode = numbers.one_of({TableMode::common, TableMode::per_lane});
    stage.multiplier = static_cast<uint32_t>(numbers.next() >> 33), stage.multipliers = l2(210000);
    if (numbers.in(0, 1)) stage.shift_mode = TableMode::per_lane, stage.shifts = l2(220000);
    for (int i = 0; i < 100; ++i)
      bench.poke<int8_t>(l2(220000 + i), {static_cast<int8_t>(numbers.in(-2, span + 20))});
    stage.zero_point = numbers.in(-200, 200);
    bench.run(stage);
    MmaStorePattern store = dense_store(static_cast<int32_t>(columns * bits / 8));
    bench.run(store);
    const auto lane = static_cast<uint32_t>(numbers.in(0, 30));
    auto out = transfer(l2(300000), rows, columns, lane);
    out.c_bank = 2;
    bench.run(out);
    for (uint32_t i = 0; i < rows; ++i)
      for (uint32_t n = 0; n < columns; ++n) {
        Wide v = sums[i * columns + n];
        if (!stage.bias.is_none()) v += bench.peek(stage.bias + int64_t{lane + n} * element_bytes(acc), acc);
        if (stage.multiplier_mode == TableMode::common) v *= stage.multiplier;
        if (stage.multiplier_mode == TableMode::per_lane)
          v *= bench.peek(stage.multipliers + 4 * int64_t{lane + n}, Element::u32);
        const int shift = stage.shift_mode == TableMode::common
                              ? stage.shift
                              : static_cast<int>(bench.peek(stage.shifts + int64_t{lane + n}, Element::s8));
        v = oracle::clip(oracle::srs(v, shift, stage.rounding) + stage.zero_point, stage.clip_min,
                         stage.clip_max);
        if (bench.peek(l2(300000 + (i * columns + n) * bits / 8), stage.out) != v) return false;
      }
    return bench.state.overflow_count() == 0;
  }));
}

TEST_CASE("mma: a panel of 16 bytes has 16, 8 and 4 lanes") {
  Machine machine;
  machine.array_bytes = 16;
  for (const uint32_t bytes : {1u, 2u, 4u}) {
    Bench bench(machine);
    const auto panel = static_cast<uint8_t>(16 / bytes);
    const Element e = operand_element(8 * bytes, true);
    for (int k = 0; k < panel; ++k) {
      bench.poke(l2(static_cast<uint64_t>(k) * bytes), e, k + 1);
      for (int n = 0; n < panel; ++n)
        bench.poke(l2(static_cast<uint64_t>(1024 + 16 * k) + static_cast<uint64_t>(n) * bytes), e, n);
    }
    bench.run(MmaConfig{e, e});
    bench.run(dense_rows(0));
    bench.run(dense_store(16));
    bench.run(oracle::shift_stage(Unit::mma, Element::s16, 0));
    bench.run(load_b(l2(1024), panel));
    bench.run(stream(l2(0), panel, panel));
    bench.run(transfer(l2(4096), 1, panel));
    for (int n = 0; n < panel; ++n)  // (1 + ... + panel) * n
      CHECK(bench.peek<int16_t>(l2(4096 + 2 * static_cast<uint64_t>(n)), 1)[0] ==
            panel * (panel + 1) / 2 * n);
    CHECK_THROWS_AS(bench.run(stream(l2(0), static_cast<uint8_t>(panel + 1), 1)), std::logic_error);
    CHECK_THROWS_AS(bench.run(transfer(l2(0), 1, static_cast<uint8_t>(panel + 1))), std::logic_error);
    CHECK_THROWS_AS(bench.run(load_b(l2(0), static_cast<uint8_t>(panel + 1))), std::logic_error);
  }
}

}  // namespace mmasim::isa
