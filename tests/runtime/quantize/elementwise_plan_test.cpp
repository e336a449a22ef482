#include <doctest/doctest.h>

#include <cmath>

#include "runtime/calibrate/ranges.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

const Shape kMap = {1, 2, 1, 1};

template <class Plan>
const Plan& plan_of(const QuantPlan& plan, size_t node = 0) {
  return std::get<Plan>(plan.nodes[node]);
}

QuantPlan sum_plan(Operator op, Range a, Range b, Range y, const char* preset, const char* precision = "int8",
                   Activation activation = {}) {
  GraphBuilder g;
  const TensorId left = g.input(kMap, a), right = g.input(kMap, b);
  g.node(std::move(op), {left, right}, kMap, y, activation);
  return g.plan(preset, precision);
}

}  // namespace

TEST_CASE("quantize elementwise: Add aligns inv_steps 64 and 48 with the weights 48 and 64") {
  const QuantPlan plan = sum_plan(Add{}, {-2, 2}, {-8.0 / 3, 8.0 / 3}, {-4, 4}, "tidl-np2-fixed");
  CHECK(plan.tensors[0].inv_step == 64);
  CHECK(plan.tensors[1].inv_step == 48);
  const SumPlan& sum = plan_of<SumPlan>(plan);
  CHECK(sum.multipliers == std::vector<int64_t>{48, 64});
  // inv_acc = 48 * 64 = 3072; (4 * 3072 - 1) / 128 = 95.99 -> 7 bits; inv_y = 24
  CHECK(sum.requants[0].shifts == std::vector<int>{7});
  CHECK(plan.tensors[2].inv_step == 24);
  CHECK_FALSE(sum.requants[0].has_multiplier);
}

TEST_CASE("quantize elementwise: Sub has the same weights, the second negative") {
  const QuantPlan plan = sum_plan(Sub{}, {-2, 2}, {-8.0 / 3, 8.0 / 3}, {-4, 4}, "tidl-np2-fixed");
  CHECK(plan_of<SumPlan>(plan).multipliers == std::vector<int64_t>{48, -64});
}

TEST_CASE("quantize elementwise: wider operands are aligned in 14 and 30 bits") {
  const QuantPlan wide = sum_plan(Add{}, {-2, 2}, {-4, 4}, {-6, 6}, "tidl-np2-fixed", "int16");
  CHECK(plan_of<SumPlan>(wide).multipliers == std::vector<int64_t>{1 << 13, 1 << 14});
  const QuantPlan widest = sum_plan(Add{}, {-2, 2}, {-4, 4}, {-6, 6}, "tidl-np2-fixed", "int32");
  CHECK(plan_of<SumPlan>(widest).multipliers == std::vector<int64_t>{1 << 29, 1 << 30});
}

TEST_CASE("quantize elementwise: an Add with ReLU is unsigned, of two unsigned operands without it signed") {
  CHECK_FALSE(
      sum_plan(Add{}, {-1, 1}, {-1, 1}, {0, 2}, "tidl-np2-fixed", "int8", relu()).tensors[2].is_signed);
  CHECK(sum_plan(Add{}, {0, 1}, {0, 1}, {0, 2}, "tidl-np2-fixed").tensors[2].is_signed);
}

TEST_CASE("quantize elementwise: exact ReLU6 after an Add lowers the aligned step") {
  const QuantPlan plan = sum_plan(Add{}, {-2, 2}, {-2, 2}, {0, 4}, "tidl-np2-fixed", "int8", clip(0, 6));
  const SumPlan& sum = plan_of<SumPlan>(plan);
  CHECK(plan.tensors[2].inv_step == 256.0 / 6);
  // inv_acc 64 * 64 = 4096 = 42.667 * 96 -> 42.667 * 2^6: aligned 42.667, weights RHU(42.667 / 64 * 64) = 43
  CHECK(sum.requants[0].shifts == std::vector<int>{6});
  CHECK(sum.multipliers == std::vector<int64_t>{43, 43});
  CHECK_FALSE(sum.requants[0].needs_clip);
}

TEST_CASE("quantize elementwise: Mul accumulates at the product of the inv_steps") {
  const QuantPlan plan = sum_plan(Mul{}, {-2, 2}, {0, 1}, {-2, 2}, "tidl-np2-fixed");
  const ProductPlan& product = plan_of<ProductPlan>(plan);
  CHECK(product.multiplier == 1);
  // 64 * 256 = 16384; (2 * 16384 - 1) / 128 = 255.99 -> 8 bits
  CHECK(product.requant.shifts == std::vector<int>{8});
  CHECK(plan.tensors[2].inv_step == 64);
}

TEST_CASE(
    "quantize elementwise: with zero points, a sum has 31-bit multipliers with the shift of the largest") {
  const QuantPlan plan = sum_plan(Add{}, {0, 255}, {0, 127.5}, {0, 255}, "per-channel");
  const SumPlan& sum = plan_of<SumPlan>(plan);
  CHECK(sum.multipliers == std::vector<int64_t>{1 << 30, 1 << 29});  // 1 and 1/2
  CHECK(sum.requants[0].shifts == std::vector<int>{30});
  CHECK(plan_of<SumPlan>(sum_plan(Sub{}, {0, 255}, {0, 255}, {0, 255}, "per-channel")).multipliers[1] ==
        -(1 << 30));
}

TEST_CASE("quantize elementwise: with zero points, every sum is within one step of the real one") {
  const QuantPlan plan = sum_plan(Add{}, {-1, 3}, {-5, 0.5}, {-6, 3.5}, "per-channel");
  const SumPlan& sum = plan_of<SumPlan>(plan);
  const auto& t = plan.tensors;
  for (int64_t a = 0; a < 256; a += 5) {
    for (int64_t b = 0; b < 256; b += 5) {
      const int128 acc = int128{sum.multipliers[0]} * (a - t[0].zero_point) +
                         int128{sum.multipliers[1]} * (b - t[1].zero_point);
      const int64_t y = shift_half_up(acc, sum.requants[0].shifts[0]) + sum.requants[0].zero_point;
      const double real = static_cast<double>(a - t[0].zero_point) / t[0].inv_step +
                          static_cast<double>(b - t[1].zero_point) / t[1].inv_step;
      CHECK(std::fabs(static_cast<double>(y - t[2].zero_point) - real * t[2].inv_step) <= 0.5 + 1e-6);
    }
  }
}

TEST_CASE("quantize elementwise: with zero points, a product has one 31-bit multiplier") {
  const QuantPlan plan = sum_plan(Mul{}, {0, 255}, {0, 255}, {0, 65025}, "per-channel");
  // inv_y = 1/255: 2^-7 * (128/255): M = RHA(2^38 / 255), k = 38
  CHECK(plan_of<ProductPlan>(plan).multiplier == 1077952576);
  CHECK(plan_of<ProductPlan>(plan).requant.shifts == std::vector<int>{38});
}

TEST_CASE("quantize elementwise: a Relu alone keeps the step of its range and saturates at zero") {
  GraphBuilder g;
  const TensorId x = g.input(kMap, {-4, 4});
  g.node(Clip{}, {x}, kMap, {0, 4}, relu());
  const QuantPlan plan = g.plan("tidl-np2-fixed");
  CHECK(plan.tensors[1].inv_step == 64);  // from 32: unsigned has the bit that the sign took
  CHECK_FALSE(plan.tensors[1].is_signed);
  const SumPlan& sum = plan_of<SumPlan>(plan);
  CHECK(shift_half_up(int128{-5} * sum.multipliers[0], sum.requants[0].shifts[0]) == -10);
  CHECK(sum.requants[0].clip_min == 0);
}

TEST_CASE("quantize elementwise: an unsigned input of a signed Concat counts with half its inv_step") {
  GraphBuilder g;
  const TensorId a = g.input(kMap, {0, 1}), b = g.input(kMap, {-1, 1}), c = g.input(kMap, {-0.5, 0.5});
  g.node(Concat{1}, {a, b, c}, {1, 6, 1, 1}, {-1, 1});
  const QuantPlan plan = g.plan("tidl-np2-fixed");
  const SumPlan& sum = plan_of<SumPlan>(plan);
  CHECK(plan.tensors[3].is_signed);
  CHECK(plan.tensors[3].inv_step == 128);  // min(256 / 2, 128, 256)
  CHECK(sum.multipliers == std::vector<int64_t>{64, 128, 64});
  REQUIRE(sum.requants.size() == 3);
  CHECK(sum.requants[2].shifts == std::vector<int>{7});
}

TEST_CASE("quantize elementwise: a Concat of unsigned inputs is unsigned and takes the smallest inv_step") {
  GraphBuilder g;
  const TensorId a = g.input(kMap, {0, 1}), b = g.input(kMap, {0, 2});
  g.node(Concat{1}, {a, b}, {1, 4, 1, 1}, {0, 2});
  const QuantPlan plan = g.plan("tidl-np2-fixed", "int16");
  CHECK_FALSE(plan.tensors[2].is_signed);
  CHECK(plan.tensors[2].inv_step == 32768);
  CHECK(plan_of<SumPlan>(plan).multipliers == std::vector<int64_t>{1 << 14, 1 << 15});
}

TEST_CASE("quantize elementwise: a clip below zero gives a Concat of unsigned inputs a sign") {
  GraphBuilder g;
  const TensorId a = g.input(kMap, {0, 1}), b = g.input(kMap, {0, 2});
  g.node(Concat{1}, {a, b}, {1, 4, 1, 1}, {-0.5, -0.5}, clip(-1, -0.5));
  for (const char* preset : {"tidl-np2-fixed", "tqt-static"}) {
    CAPTURE(preset);
    const QuantPlan plan = g.plan(preset);
    CHECK(plan.tensors[2].is_signed);
    const auto& requant = plan_of<SumPlan>(plan).requants[0];
    CHECK(static_cast<double>(requant.clip_min) == std::max(-plan.tensors[2].inv_step, -128.0));
    CHECK(static_cast<double>(requant.clip_max) == -0.5 * plan.tensors[2].inv_step);
  }
  CHECK(g.plan("tidl-np2-fixed").tensors[2].inv_step == 64);  // 256 / 2 of the second, halved for the sign
}

TEST_CASE("quantize elementwise: a slope of 0.1 has 6 fraction bits at 8 bits, of 2.5 four") {
  GraphBuilder g;
  const TensorId x = g.input(kMap, {-1, 1});
  g.node(Prelu{{0.1}, 0}, {x}, kMap, {-0.1, 1});
  g.node(Prelu{{0.1, 2.5}, 2}, {x}, kMap, {-2.5, 1});
  const QuantPlan plan = g.plan("tidl-np2-fixed");
  const PreluPlan& leaky = plan_of<PreluPlan>(plan, 0);
  CHECK(leaky.positive == 64);
  CHECK(leaky.slopes == std::vector<int64_t>{6});  // RHA(6.4)
  CHECK(leaky.requant.shifts == std::vector<int>{6});
  CHECK(plan.tensors[1].inv_step == 128);
  const PreluPlan& channels = plan_of<PreluPlan>(plan, 1);
  CHECK(channels.positive == 16);                         // 8 - 2 - ceil(log2 2.5)
  CHECK(channels.slopes == std::vector<int64_t>{2, 40});  // RHA(1.6), 2.5 * 16
  CHECK(channels.requant.shifts == std::vector<int>{6});  // 2.5 * 128 * 16 / 128 = 40
  CHECK(plan_of<PreluPlan>(g.plan("tidl-np2-fixed", "int16"), 0).slopes ==
        std::vector<int64_t>{1638});  // 0.1 * 2^14
}

TEST_CASE("quantize elementwise: a clip far above an Add leaves it the grid of its range") {
  GraphBuilder g;
  const TensorId x = g.input(kMap, {0, 1});
  g.node(Add{}, {x, x}, kMap, {0, 2}, clip(0, 1000));
  const QuantPlan plan = g.plan("tidl-np2-fixed");
  // inv_acc 256 * 64; 2 * that / 256 = 128 -> 7 bits, inv_y 128: its end, 2, lies below the clip
  CHECK(plan.tensors[1].inv_step == 128);
  CHECK(plan_of<SumPlan>(plan).multipliers == std::vector<int64_t>{64, 64});
  CHECK(plan_of<SumPlan>(plan).requants[0].shifts == std::vector<int>{7});
  CHECK(plan_of<SumPlan>(plan).requants[0].clip_max == 255);
  CHECK_FALSE(plan_of<SumPlan>(plan).requants[0].needs_clip);
  // 1000 is 500 times 2, 32 just 16 times: there the clip's own grid begins
  GraphBuilder near;
  const TensorId z = near.input(kMap, {0, 1});
  near.node(Add{}, {z, z}, kMap, {0, 2}, clip(0, 32));
  CHECK(near.plan("tidl-np2-fixed").tensors[1].inv_step == 8);  // 256 / 32
}

TEST_CASE("quantize elementwise: a slope beyond 2^62 is the user's error, one below is exact") {
  GraphBuilder g;
  const TensorId x = g.input(kMap, {-1, 1});
  g.node(Prelu{{std::ldexp(1.0, 50)}, 0}, {x}, kMap, {-std::ldexp(1.0, 50), 1});
  CHECK(plan_of<PreluPlan>(g.plan("tidl-np2-fixed"), 0).slopes == std::vector<int64_t>{int64_t{1} << 50});
  std::get<Prelu>(g.graph.nodes[0].op).slopes = {1e20};
  CHECK_THROWS_AS(g.plan("tidl-np2-fixed"), UserError);
}
