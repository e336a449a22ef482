// Softmax by a table of exponentials, and ArgMax, worked out by hand.
#include <doctest/doctest.h>

#include "tests/runtime/reference/one_node.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

// E(d) = 2^24 / 2^d: exponentials of base 2, so that shares are exact
SoftmaxPlan halving() {
  SoftmaxPlan plan;
  for (int d = 0; d < 256; ++d) plan.table.push_back(d > 24 ? 0 : int64_t{1} << (24 - d));
  return plan;
}

}  // namespace

TEST_CASE("reference softmax: shares of 2^8, rounded half up") {
  // distances 0, 1, 2: 4/7, 2/7, 1/7 of 256 = 146.29, 73.14, 36.57
  OneNode node{Softmax{1}, halving(), {{kS8, {1, 3}, {5, 4, 3}}}, kU8, {1, 3}};
  CHECK(node.run() == Integers{146, 73, 37});
}

TEST_CASE("reference softmax: certainty saturates, and far values get nothing") {
  OneNode node{Softmax{1}, halving(), {{kS8, {1, 2}, {127, -128}}}, kU8, {1, 2}};
  CHECK(node.run() == Integers{255, 0});  // 256 does not fit
}

TEST_CASE("reference softmax: works along its axis, each line on its own") {
  OneNode node{Softmax{1}, halving(), {{kS8, {1, 2, 2}, {0, 9, 0, 8}}}, kU8, {1, 2, 2}};
  CHECK(node.run() == Integers{128, 171, 128, 85});  // 2/3 of 256 = 170.67, 1/3 = 85.33
}

TEST_CASE("reference softmax: 16 bits take exponentials between knots") {
  SoftmaxPlan plan;
  plan.fraction_bits = 6;
  plan.bits = 16;
  plan.table.assign(1025, 0);
  plan.table[0] = 1 << 24;
  plan.table[1] = 1 << 23;
  // distance 32 of 64: half way from 2^24 to 2^23 = 0.75 * 2^24: shares 4/7 and 3/7 of 65536 = 37449.1,
  // 28086.9
  OneNode node{Softmax{0}, plan, {{kU16, {2}, {1032, 1000}}}, kU16, {2}};
  CHECK(node.run() == Integers{37449, 28087});
}

TEST_CASE("reference arg max: the lowest index of equals, along any axis") {
  const TensorPlan index = integers(64, true);
  const Input x{kS8, {2, 3}, {-5, 9, 9, -1, -1, -2}};
  OneNode rows{ArgMax{1}, std::monostate{}, {x}, index, {2, 1}};
  CHECK(rows.run() == Integers{1, 0});
  OneNode columns{ArgMax{0}, std::monostate{}, {x}, index, {1, 3}};
  CHECK(columns.run() == Integers{1, 0, 0});
}
