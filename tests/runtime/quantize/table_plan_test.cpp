#include <doctest/doctest.h>

#include <cmath>

#include "runtime/calibrate/ranges.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

const Shape kMap = {1, 4, 1, 1};

QuantPlan unary_plan(Unary::Kind kind, Range x, Range y, const char* preset, const char* precision,
                     Activation activation = {}) {
  GraphBuilder g;
  const TensorId input = g.input(kMap, x);
  Unary unary;
  unary.kind = kind;
  g.node(unary, {input}, kMap, y, activation);
  return g.plan(preset, precision);
}

const LookupPlan& lookup_of(const QuantPlan& plan) { return std::get<LookupPlan>(plan.nodes[0]); }

}  // namespace

TEST_CASE("quantize table: sigmoid of 8 bits is a table over the integers from the smallest up") {
  const QuantPlan plan = unary_plan(Unary::Kind::sigmoid, {-8, 8}, {0, 1}, "tidl-np2-fixed", "int8");
  const LookupPlan& lookup = lookup_of(plan);
  CHECK(plan.tensors[1].inv_step == 256);
  CHECK_FALSE(plan.tensors[1].is_signed);
  CHECK(lookup.fraction_bits == 0);
  REQUIRE(lookup.table.size() == 256);
  CHECK(lookup.table[0] == 0);      // q = -128: 256 * sigmoid(-8) = 0.086
  CHECK(lookup.table[128] == 128);  // q = 0
  CHECK(lookup.table[144] == 187);  // q = 16: 256 * 0.731059 = 187.15
  CHECK(lookup.table[255] == 255);  // q = 127: 255.91 rounds to 256 and saturates
}

TEST_CASE("quantize table: wider operands have 1025 knots over their whole range") {
  const QuantPlan wide = unary_plan(Unary::Kind::sigmoid, {-8, 8}, {0, 1}, "tidl-np2-fixed", "int16");
  CHECK(lookup_of(wide).fraction_bits == 6);
  REQUIRE(lookup_of(wide).table.size() == 1025);
  CHECK(lookup_of(wide).table[512] == 32768);  // q = 0: 2^16 * 0.5
  CHECK(lookup_of(wide).table[576] == 47911);  // q = 64 * 64 = 4096 is x = 1: 65536 * 0.7310586
  const QuantPlan widest = unary_plan(Unary::Kind::sigmoid, {-8, 8}, {0, 1}, "tidl-np2-fixed", "int32");
  CHECK(lookup_of(widest).fraction_bits == 22);
  CHECK(lookup_of(widest).table[512] == int64_t{1} << 31);
  CHECK(lookup_of(widest).table.size() == 1025);
}

TEST_CASE("quantize table: HardSigmoid is exact at its corners") {
  const QuantPlan plan = unary_plan(Unary::Kind::hard_sigmoid, {-4, 4}, {0, 1}, "tidl-np2-fixed", "int8");
  CHECK(lookup_of(plan).table[128 - 80] == 0);    // x = -2.5
  CHECK(lookup_of(plan).table[128 - 79] == 2);    // x = -2.46875: 256 * 0.00625 = 1.6
  CHECK(lookup_of(plan).table[128] == 128);       // 0.5
  CHECK(lookup_of(plan).table[128 + 80] == 255);  // x = 2.5: 1
}

TEST_CASE("quantize table: HardSwish is signed on the step of its range") {
  const QuantPlan plan = unary_plan(Unary::Kind::hard_swish, {-4, 4}, {-0.375, 4}, "tidl-np2-fixed", "int8");
  CHECK(plan.tensors[1].is_signed);
  CHECK(plan.tensors[1].inv_step == 32);
  CHECK(lookup_of(plan).table[128] == 0);
  CHECK(lookup_of(plan).table[128 + 96] == 96);   // x = 3: 3
  CHECK(lookup_of(plan).table[128 - 48] == -12);  // x = -1.5: -1.5 * 0.25 = -0.375
  const QuantPlan p2 = unary_plan(Unary::Kind::hard_swish, {-3, 3}, {-0.375, 3}, "tidl-p2-dynamic", "int8");
  CHECK(p2.tensors[1].inv_step == 32);  // 128 / 4
}

TEST_CASE("quantize table: a ReLU after HardSwish is in the table") {
  const QuantPlan plan =
      unary_plan(Unary::Kind::hard_swish, {-4, 4}, {0, 4}, "tidl-np2-fixed", "int8", relu());
  CHECK_FALSE(plan.tensors[1].is_signed);
  CHECK(lookup_of(plan).table[128 - 48] == 0);
  CHECK(lookup_of(plan).table[128 + 96] == 192);  // 3 * 64
}

TEST_CASE("quantize table: with zero points, the table reads and writes them") {
  const QuantPlan plan =
      unary_plan(Unary::Kind::hard_swish, {-2.0, 23.5}, {-0.375, 23.5}, "per-channel", "int8");
  const TensorPlan& y = plan.tensors[1];
  CHECK(plan.tensors[0].zero_point == 20);
  CHECK(lookup_of(plan).table[20] == y.zero_point);                                       // x = 0
  CHECK(lookup_of(plan).table[120] == y.zero_point + std::floor(10 * y.inv_step + 0.5));  // x = 10
}

TEST_CASE("quantize table: Softmax tabulates 2^24 * exp(-d / inv_x)") {
  GraphBuilder g;
  const TensorId x = g.input(kMap, {-8, 8});
  g.node(Softmax{1}, {x}, kMap, {0, 1});
  const QuantPlan plan = g.plan("tidl-np2-fixed");
  const SoftmaxPlan& softmax = std::get<SoftmaxPlan>(plan.nodes[0]);
  CHECK(plan.tensors[1].inv_step == 256);
  REQUIRE(softmax.table.size() == 256);
  CHECK(softmax.table[0] == 16777216);
  CHECK(softmax.table[16] == 6171993);  // 2^24 / e = 6171992.9
  CHECK(softmax.table[255] == 2);       // 2^24 * exp(-15.9375) = 2.01
  const SoftmaxPlan wide = std::get<SoftmaxPlan>(g.plan("tidl-np2-fixed", "int16").nodes[0]);
  CHECK(wide.fraction_bits == 6);
  CHECK(wide.bits == 16);
  CHECK(wide.table.size() == 1025);
  CHECK(wide.table[64] == 6171993);  // d = 64 * 64 = 4096 = inv_x
}
