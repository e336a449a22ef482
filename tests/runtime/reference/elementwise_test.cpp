// Clip, Add, Sub, Mul, PReLU and functions by table, worked out by hand.
#include <doctest/doctest.h>

#include "tests/runtime/reference/one_node.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

TEST_CASE("reference add: operands of inv_step 64 and 48 are aligned by 48 and 64, then shifted") {
  OneNode node{Add{},
               SumPlan{{48, 64}, {shift_only(6, kS8)}},
               {{kS8, {4}, {100, 10, -10, 127}}, {kS8, {4}, {50, 2, -2, 127}}},
               kS8,
               {4}};
  // (4800+3200)/64 = 125; (480+128)/64 = 9.5 -> 10; -9.5 -> -9; 14224/64 = 222.25 -> 127
  CHECK(node.run() == Integers{125, 10, -9, 127});
}

TEST_CASE("reference sub: the difference carries its sign in the multiplier") {
  OneNode node{Sub{},
               SumPlan{{64, -64}, {shift_only(6, kS8)}},
               {{kU8, {3}, {200, 0, 7}}, {kU8, {3}, {100, 200, 7}}},
               kS8,
               {3}};
  CHECK(node.run() == Integers{100, -128, 0});
}

TEST_CASE("reference add: zero points come off the operands and go onto the sum") {
  const TensorPlan a = integers(8, false, 10), b = integers(8, false, 20), y = integers(8, false, 30);
  OneNode node{
      Add{}, SumPlan{{3, 1}, {shift_only(2, y)}}, {{a, {3}, {10, 14, 0}}, {b, {3}, {20, 22, 0}}}, y, {3}};
  // 0/4 + 30; (12+2)/4 = 3.5 -> 4 + 30; (-30-20)/4 = -12.5 -> -12 + 30
  CHECK(node.run() == Integers{30, 34, 18});
}

TEST_CASE("reference add: the second operand repeats along dimensions of 1 and missing ones") {
  const SumPlan plan{{1, 1}, {shift_only(0, kS8)}};
  const Input x{kS8, {1, 2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7}};
  OneNode channel{Add{}, plan, {x, {kS8, {2, 1, 1}, {10, 20}}}, kS8, {1, 2, 2, 2}};
  CHECK(channel.run() == Integers{10, 11, 12, 13, 24, 25, 26, 27});
  OneNode column{Add{}, plan, {x, {kS8, {2}, {10, 20}}}, kS8, {1, 2, 2, 2}};
  CHECK(column.run() == Integers{10, 21, 12, 23, 14, 25, 16, 27});
  OneNode row{Add{}, plan, {x, {kS8, {1, 1, 2, 1}, {10, 20}}}, kS8, {1, 2, 2, 2}};
  CHECK(row.run() == Integers{10, 11, 22, 23, 14, 15, 26, 27});
}

TEST_CASE("reference mul: product of what lies above the zero points, rescaled once") {
  const TensorPlan a = integers(8, false, 100), y = integers(8, true, -3);
  OneNode node{
      Mul{}, ProductPlan{3, shift_only(4, y)}, {{a, {3}, {104, 96, 255}}, {kS8, {3}, {6, 6, 127}}}, y, {3}};
  // 24*3/16 = 4.5 -> 5 - 3; -4.5 -> -4 - 3; 155*127*3/16 saturates
  CHECK(node.run() == Integers{2, -7, 127});
}

TEST_CASE("reference mul: 32-bit operands and a 31-bit multiplier stay exact") {
  // (2^32-1)^2 * 2^30 / 2^62 = 2^32 - 2 + 2^-32
  OneNode node{Mul{},
               ProductPlan{int64_t{1} << 30, shift_only(62, kU32)},
               {{kU32, {1}, {UINT32_MAX}}, {kU32, {1}, {UINT32_MAX}}},
               kU32,
               {1}};
  CHECK(node.run() == Integers{int64_t{UINT32_MAX} - 1});
}

TEST_CASE("reference clip: bounds of the output stage") {
  SumPlan plan{{1}, {shift_only(0, kS8)}};
  plan.requants[0].clip_min = -5;
  plan.requants[0].clip_max = 60;
  OneNode node{Clip{}, plan, {{kS8, {4}, {-128, -5, 60, 61}}}, kS8, {4}};
  CHECK(node.run() == Integers{-5, -5, 60, 60});
}

TEST_CASE("reference prelu: one slope or one per channel, below the zero point only") {
  PreluPlan one{64, {13}, shift_only(6, kS8)};
  OneNode leaky{Prelu{}, one, {{kS8, {1, 4}, {50, 0, -32, -128}}}, kS8, {1, 4}};
  CHECK(leaky.run() == Integers{50, 0, -6, -26});  // -32*13/64 = -6.5 -> -6; -128*13/64 = -26
  PreluPlan two{1, {2, -1}, shift_only(0, kS8)};
  OneNode channels{
      Prelu{{}, 2}, two, {{integers(8, true, 4), {1, 2, 1, 2}, {14, 2, 14, 2}}}, kS8, {1, 2, 1, 2}};
  CHECK(channels.run() == Integers{10, -4, 10, 2});
  PreluPlan columns{1, {2, 3}, shift_only(0, kS8)};
  OneNode last{Prelu{{}, 2, {2, 1}}, columns, {{kS8, {1, 2, 2}, {-1, -1, -5, 5}}}, kS8, {1, 2, 2}};
  CHECK(last.run() == Integers{-2, -3, -10, 5});
}

TEST_CASE("reference lookup: 8 bits index the table from the smallest value on") {
  LookupPlan plan;
  for (int i = 0; i < 256; ++i) plan.table.push_back(i);
  plan.table[128] = 300;  // of value 0: past the output's range
  OneNode node{Unary{}, plan, {{kS8, {3}, {-128, 0, 127}}}, kU8, {3}};
  CHECK(node.run() == Integers{0, 255, 255});
}

TEST_CASE("reference lookup: 16 bits lie between two of 1025 knots") {
  LookupPlan plan;
  plan.fraction_bits = 6;
  for (int64_t i = 0; i <= 1024; ++i) plan.table.push_back(i * i);
  OneNode node{Unary{}, plan, {{kU16, {4}, {0, 65, 96, 65535}}}, kS32, {4}};
  // 65: knots 1 and 4, 1 of 64: 1 + 3/64 -> 1; 96: 1 + 3*32/64 = 1 + 1.5, up to 1 + 2
  // 65535: 1023^2 + 2047*63/64 = 1046529 + 2015.02 -> 2015
  CHECK(node.run() == Integers{0, 1, 3, 1048544});
  OneNode is_signed{Unary{}, plan, {{kS16, {2}, {-32768, 0}}}, kS32, {2}};
  CHECK(is_signed.run() == Integers{0, 512 * 512});  // 32768/64 = knot 512
}
