// Concat, Pad, Reshape, Transpose, Slice and Resize on maps small enough to see.
#include <doctest/doctest.h>

#include "tests/runtime/reference/one_node.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

TEST_CASE("reference concat: every input is brought to the common scale on its own") {
  // inv_step 32 and 64: weights 128 and 64 over 2^7
  SumPlan plan{{128, 64}, {shift_only(7, kS8), shift_only(7, kS8)}};
  OneNode node{Concat{1},
               plan,
               {{kS8, {2, 1, 2}, {1, -2, 3, -4}}, {kU8, {2, 2, 2}, {10, 11, 12, 255, 1, 3, 5, 7}}},
               kS8,
               {2, 3, 2}};
  // halves go up: 11/2 -> 6, 255/2 = 127.5 -> 128 -> 127, 1/2 -> 1, 3/2 -> 2, 5/2 -> 3, 7/2 -> 4
  CHECK(node.run() == Integers{1, -2, 5, 6, 6, 127, 3, -4, 1, 2, 3, 4});
}

TEST_CASE("reference pad: new cells hold the zero point") {
  OneNode node{Pad{{0, 1}, {1, 2}},
               std::monostate{},
               {{integers(8, false, 7), {1, 2}, {3, 4}}},
               integers(8, false, 7),
               {2, 5}};
  CHECK(node.run() == Integers{7, 3, 4, 7, 7, 7, 7, 7, 7, 7});
}

TEST_CASE("reference reshape: the same values in the same order") {
  OneNode node{Reshape{}, std::monostate{}, {{kS8, {2, 3}, {1, 2, 3, 4, 5, 6}}}, kS8, {1, 6, 1}};
  CHECK(node.run() == Integers{1, 2, 3, 4, 5, 6});
}

TEST_CASE("reference transpose: output axis d is input axis permutation[d]") {
  // x[a][b][c] = 100a + 10b + c of shape 1, 2, 3 to c, a, b
  OneNode node{
      Transpose{{2, 0, 1}}, std::monostate{}, {{kS8, {1, 2, 3}, {0, 1, 2, 10, 11, 12}}}, kS8, {3, 1, 2}};
  CHECK(node.run() == Integers{0, 10, 1, 11, 2, 12});
}

TEST_CASE("reference slice: steps of two, and backwards") {
  OneNode node{Slice{{1, 4}, {1, -2}},
               std::monostate{},
               {{kS8, {3, 5}, {0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24}}},
               kS8,
               {2, 3}};
  CHECK(node.run() == Integers{14, 12, 10, 24, 22, 20});
}

TEST_CASE("reference resize: nearest by whole factors repeats cells") {
  Resize resize;
  resize.factor_y = 2;
  resize.factor_x = 3;
  OneNode node{resize, std::monostate{}, {{kS8, {1, 1, 1, 2}, {5, -6}}}, kS8, {1, 1, 2, 6}};
  CHECK(node.run() == Integers{5, 5, 5, -6, -6, -6, 5, 5, 5, -6, -6, -6});
}

TEST_CASE("reference resize: bilinear with pixel centres, weights in quarters, edges repeated") {
  // p = (2o - 1) / 4: -0.25, 0.25, 0.75, 1.25 of 10, 20: 10, 12.5, 17.5, 20; one row: both rows' weights meet
  // it. Weights total 4*1*2 = 8 (factor_y 1 counts 2 parts): SRS(sum * 1, 3)
  Resize resize;
  resize.mode = Resize::Mode::bilinear;
  resize.factor_x = 2;
  OneNode node{resize, ResizePlan{1, 3}, {{kS8, {1, 1, 1, 2}, {10, 20}}}, kS8, {1, 1, 1, 4}};
  CHECK(node.run() == Integers{10, 13, 18, 20});
}

TEST_CASE("reference resize: bilinear of both axes") {
  // 2 x 2 to 4 x 4 of [0 4; 8 12] * 4 = [0 16; 32 48]; weights per axis 1/4, 3/4; total 16
  // rows at -0.25, 0.25, 0.75, 1.25: row values 0, 8, 24, 32 + columns 0, 4, 12, 16
  Resize resize;
  resize.mode = Resize::Mode::bilinear;
  resize.factor_y = resize.factor_x = 2;
  OneNode node{resize, ResizePlan{1, 4}, {{kS8, {1, 1, 2, 2}, {0, 16, 32, 48}}}, kS8, {1, 1, 4, 4}};
  CHECK(node.run() == Integers{0, 4, 12, 16, 8, 12, 20, 24, 24, 28, 36, 40, 32, 36, 44, 48});
}

TEST_CASE(
    "reference resize: asymmetric positions are o / factor, with a multiplier where the total is no power of "
    "two") {
  // factor 3: p = 0, 1/3, 2/3, 1, 4/3 -> 4/3 clamps to the last cell. Weights total 4*1*3 = 12; 2^12/12 =
  // 341.33 -> 341 9, 18: sums 108, 12*12=144, 180, 216, 216: *341/4096 = 8.99, 11.99, 14.99, 17.98
  Resize resize;
  resize.mode = Resize::Mode::bilinear;
  resize.half_pixel = false;
  resize.factor_x = 3;
  OneNode node{resize, ResizePlan{341, 12}, {{kU8, {1, 1, 1, 2}, {9, 18}}}, kU8, {1, 1, 1, 6}};
  CHECK(node.run() == Integers{9, 12, 15, 18, 18, 18});
}
