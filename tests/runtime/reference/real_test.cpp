// The operators in binary32 by their definitions: values worked out by hand.
#include <doctest/doctest.h>

#include <limits>

#include "isa/kit/float_bits.h"
#include "tests/runtime/reference/one_node.h"

namespace mmasim::runtime::test {

namespace {

TensorPlan reals() {
  TensorPlan plan;
  plan.bits = 32, plan.is_signed = false, plan.is_real = true;
  return plan;
}

Integers bits_of(const std::vector<float>& values) {
  Integers bits;
  for (const float value : values) bits.push_back(isa::float_bits(value));
  return bits;
}

RealPlan with_weights(std::vector<float> weights, std::vector<float> bias) {
  return {{}, std::move(weights), std::move(bias), {}};
}

}  // namespace

// Input 1, 10 spread by 2 is 1 0 10; the filter 2, 3, 5 puts it at 2, 3, 5 + 20, 30, 50, and 0.5 is added.
TEST_CASE("reference reals: a transposed convolution spreads its input") {
  ConvTranspose conv;
  conv.window.kernel = {1, 3}, conv.window.stride = {1, 2};
  conv.weights.shape = {1, 1, 1, 3};
  OneNode node{conv,
               with_weights({2, 3, 5}, {0.5f}),
               {{reals(), {1, 1, 1, 2}, bits_of({1, 10})}},
               reals(),
               {1, 1, 1, 5}};
  CHECK(node.run() == bits_of({2.5f, 3.5f, 25.5f, 30.5f, 50.5f}));
}

// The middle output sees 1e8, 1e8 and 1, with the weights 1, -1 and 1 from the last tap to the first:
// (1e8 - 1e8) + 1 is 1. From the first on it would be (1 - 1e8) + 1e8, and that is 0 in binary32.
TEST_CASE("reference reals: a transposed convolution sums from the last tap of its filter on") {
  ConvTranspose conv;
  conv.window.kernel = {1, 3}, conv.window.pad = {0, 1, 0, 1};
  conv.weights.shape = {1, 1, 1, 3};
  OneNode node{conv,
               with_weights({1, -1, 1}, {0}),
               {{reals(), {1, 1, 1, 3}, bits_of({1e8f, 1e8f, 1})}},
               reals(),
               {1, 1, 1, 3}};
  CHECK(node.run().at(1) == bits_of({1}).at(0));
}

TEST_CASE("reference reals: the largest by value, the first of equals, and never past a NaN") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  OneNode node{ArgMax{1},
               std::monostate{},
               {{reals(), {4, 3}, bits_of({-1.5f, -0.25f, -3, -0.0f, 0, -1, 1, kNan, 2, kNan, 1, 5})}},
               integers(64, true),
               {4, 1}};
  CHECK(node.run() == Integers{1, 0, 2, 0});
}

}  // namespace mmasim::runtime::test
