// Pools over small maps, worked out by hand with the reciprocals of quantization.md 5.12.
#include <doctest/doctest.h>

#include "tests/runtime/reference/one_node.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

// RHA(2^12 / N) for N = 1..4
const std::vector<int64_t> kReciprocals = {4096, 2048, 1365, 1024};

Window two_by_two() {
  Window window;
  window.kernel = {2, 2};
  window.stride = {2, 2};
  return window;
}

}  // namespace

TEST_CASE("reference max pool: padding never wins, not even over negative values") {
  MaxPool pool;
  pool.window = two_by_two();
  pool.window.pad = {1, 1, 0, 0};
  OneNode node{
      pool, std::monostate{}, {{kS8, {1, 1, 3, 3}, {-9, -8, -7, -6, -5, -4, -3, -2, -1}}}, kS8, {1, 1, 2, 2}};
  CHECK(node.run() == Integers{-9, -7, -3, -1});
}

TEST_CASE("reference max pool: a dilated window skips cells") {
  MaxPool pool;
  pool.window.kernel = {1, 2};
  pool.window.dilation = {1, 2};
  OneNode node{pool, std::monostate{}, {{kU8, {1, 2, 1, 4}, {1, 9, 3, 4, 8, 7, 6, 250}}}, kU8, {1, 2, 1, 2}};
  CHECK(node.run() == Integers{3, 9, 8, 250});
}

TEST_CASE("reference average pool: without padding counted, N is the number of valid cells") {
  AveragePool pool;
  pool.window = two_by_two();
  pool.window.pad = {1, 1, 0, 0};
  OneNode node{pool,
               PoolPlan{kReciprocals, shift_only(12, kS8)},
               {{kS8, {1, 1, 3, 3}, {10, 3, 4, 5, 1, 2, 4, 3, -4}}},
               kS8,
               {1, 1, 2, 2}};
  // 10/1; (3+4)/2 = 3.5 -> 4; (5+4)/2 = 4.5 -> 5; (1+2+3-4)/4 = 0.5 -> 1
  CHECK(node.run() == Integers{10, 4, 5, 1});
}

TEST_CASE("reference average pool: padding that counts weighs like cells of zero") {
  AveragePool pool;
  pool.window = two_by_two();
  pool.window.pad = {1, 1, 0, 0};
  pool.count_padding = true;
  OneNode node{pool,
               PoolPlan{kReciprocals, shift_only(12, kS8)},
               {{kS8, {1, 1, 3, 3}, {10, 3, 4, 5, 1, 2, 4, 3, -4}}},
               kS8,
               {1, 1, 2, 2}};
  CHECK(node.run() == Integers{3, 2, 2, 1});  // 10/4 = 2.5, 7/4 = 1.75, 9/4 = 2.25, 2/4 = 0.5
}

TEST_CASE("reference average pool: three cells by their own reciprocal, both zero points kept") {
  AveragePool pool;
  pool.window.kernel = {1, 4};
  pool.window.pad = {0, 1, 0, 0};
  const TensorPlan x = integers(8, false, 100), y = integers(8, false, 7);
  OneNode node{
      pool, PoolPlan{kReciprocals, shift_only(12, y)}, {{x, {1, 1, 1, 3}, {130, 160, 190}}}, y, {1, 1, 1, 1}};
  CHECK(node.run() == Integers{67});  // 180 * 1365/4096 = 59.985 -> 60, + 7
}

TEST_CASE("reference average pool: a window wholly in the padding gives the zero point") {
  AveragePool pool;
  pool.window = two_by_two();
  pool.window.pad = {0, 0, 0, 2};
  OneNode node{pool,
               PoolPlan{kReciprocals, shift_only(12, integers(8, true, -9))},
               {{kS8, {1, 1, 2, 2}, {4, 4, 4, 4}}},
               integers(8, true, -9),
               {1, 1, 1, 2}};
  CHECK(node.run() == Integers{4 - 9, -9});
}

TEST_CASE("reference global average pool: one reciprocal of the whole map, per image and channel") {
  Integers x(2 * 49, 0);
  for (int i = 0; i < 49; ++i) x[i] = 100;
  x[49] = 49;
  for (const Shape& y_shape : {Shape{1, 2, 1, 1}, Shape{1, 2}}) {
    // RHA(4096/49) = 84: 4900*84/4096 = 100.49 -> 100; 49*84/4096 = 1.005 -> 1
    OneNode node{
        GlobalAveragePool{}, PoolPlan{{84}, shift_only(12, kU8)}, {{kU8, {1, 2, 7, 7}, x}}, kU8, y_shape};
    CHECK(node.run() == Integers{100, 1});
  }
}
