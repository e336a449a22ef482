#include <doctest/doctest.h>

#include "runtime/calibrate/ranges.h"
#include "runtime/reference/reference.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

GraphBuilder average_pool(int64_t kernel, Range x, Range y, Activation activation = {}) {
  GraphBuilder g;
  const TensorId input = g.input({1, 1, kernel, kernel}, x);
  AveragePool pool;
  pool.window.kernel = {kernel, kernel};
  g.node(pool, {input}, {1, 1, 1, 1}, y, activation);
  return g;
}

const PoolPlan& pool_of(const QuantPlan& plan) { return std::get<PoolPlan>(plan.nodes[0]); }

}  // namespace

TEST_CASE("quantize pool: reciprocals of 4, 9 and 49 cells have 12 bits, for every count of valid cells") {
  const QuantPlan two = average_pool(2, {0, 1}, {0, 1}).plan("tidl-np2-fixed");
  CHECK(pool_of(two).reciprocals == std::vector<int64_t>{4096, 2048, 1365, 1024});
  const QuantPlan three = average_pool(3, {0, 1}, {0, 1}).plan("tidl-np2-fixed");
  CHECK(pool_of(three).reciprocals.back() == 455);
  const QuantPlan seven = average_pool(7, {0, 1}, {0, 1}).plan("tidl-np2-fixed");
  CHECK(pool_of(seven).reciprocals.size() == 49);
  CHECK(pool_of(seven).reciprocals.back() == 84);  // 4096 / 49 = 83.59
  CHECK(pool_of(average_pool(3, {0, 1}, {0, 1}).plan("tidl-np2-fixed", "int16")).reciprocals.back() ==
        116508);
  CHECK(pool_of(average_pool(2, {0, 1}, {0, 1}).plan("tidl-np2-fixed", "int32")).reciprocals.back() ==
        1 << 26);
}

TEST_CASE(
    "quantize pool: the shift rule brings a pool to the step of its range, and the sign is its input's") {
  const QuantPlan plan = average_pool(2, {0, 1}, {0, 0.5}).plan("tidl-np2-fixed");
  CHECK(pool_of(plan).requant.shifts == std::vector<int>{11});  // 0.5 * 256 * 4096 / 256 = 2^11
  CHECK(plan.tensors[1].inv_step == 512);
  CHECK_FALSE(plan.tensors[1].is_signed);
  CHECK(average_pool(2, {-1, 1}, {0, 0.5}).plan("tidl-np2-fixed").tensors[1].is_signed);
}

TEST_CASE("quantize pool: a global average of 784 cells has 16 bits and the margin of 1.25") {
  GraphBuilder g;
  const TensorId x = g.input({1, 1, 28, 28}, {0, 1});
  g.node(GlobalAveragePool{}, {x}, {1, 1, 1, 1}, {0, 0.9});
  const QuantPlan plan = g.plan("tidl-np2-fixed");
  CHECK(pool_of(plan).reciprocals == std::vector<int64_t>{84});  // 2^16 / 784 = 83.59
  // 0.9 * 1.25 * 256 * 2^16 / 256 = 1.125 * 2^16 -> 17 bits; without the margin 16
  CHECK(pool_of(plan).requant.shifts == std::vector<int>{17});
  CHECK(plan.tensors[1].inv_step == 128);
}

TEST_CASE("quantize pool: with zero points, reciprocals are 31-bit multipliers on the shift of N = 1") {
  const QuantPlan plan = average_pool(2, {0, 255}, {0, 255}).plan("per-channel");
  CHECK(pool_of(plan).reciprocals == std::vector<int64_t>{1 << 30, 1 << 29, 357913941, 1 << 28});
  CHECK(pool_of(plan).requant.shifts == std::vector<int>{30});
}

TEST_CASE(
    "quantize pool: a bilinear Resize by 2 divides by 16 exactly, by 3 within 12 bits; nearest copies") {
  for (const int64_t factor : {2, 3}) {
    GraphBuilder g;
    const TensorId x = g.input({1, 1, 4, 4}, {0, 1});
    Resize resize;
    resize.mode = Resize::Mode::bilinear;
    resize.factor_y = resize.factor_x = factor;
    g.node(resize, {x}, {1, 1, 4 * factor, 4 * factor}, {0, 1});
    const QuantPlan plan = g.plan("tidl-np2-fixed");
    CHECK(std::get<ResizePlan>(plan.nodes[0]).multiplier ==
          (factor == 2 ? 256 : 114));  // 4096 / 16, RHA(4096 / 36)
    CHECK(std::get<ResizePlan>(plan.nodes[0]).shift == 12);
    CHECK(plan.tensors[1].inv_step == 256);
    CHECK(plan.tensors[1].source == "same as input0");
  }
  GraphBuilder g;
  const TensorId x = g.input({1, 1, 4, 4}, {0, 1});
  g.node(Resize{}, {x}, {1, 1, 4, 4}, {0, 1});
  CHECK(std::holds_alternative<std::monostate>(g.plan("tidl-np2-fixed").nodes[0]));
}

TEST_CASE("quantize pool: a window too large to tabulate is the user's error, not a table of gigabytes") {
  GraphBuilder g;
  const TensorId x = g.input({1, 1, 4, 4}, {0, 1});
  AveragePool pool;
  pool.window.kernel = {int64_t{1} << 40, int64_t{1} << 40};
  g.node(pool, {x}, {1, 1, 1, 1}, {0, 1});
  CHECK_THROWS_AS(g.plan("tidl-np2-fixed"), UserError);
}

TEST_CASE("quantize pool: with zero points, a window of 90000 cells keeps 25 bits of its reciprocal") {
  const QuantPlan plan = average_pool(300, {0, 255}, {0, 255}).plan("per-channel");
  const PoolPlan& pool = pool_of(plan);
  // 17 - 6 bits beyond 31: 1 is 2^41 / 2^41, and 1/90000 RHA(2^41 / 90000) = RHA(24433591.73)
  CHECK(pool.requant.shifts == std::vector<int>{41});
  CHECK(pool.reciprocals.front() == int64_t{1} << 41);
  CHECK(pool.reciprocals.back() == 24433592);
  // 64 cells are the last that have no more than 31
  const PoolPlan eight = pool_of(average_pool(8, {0, 255}, {0, 255}).plan("per-channel"));
  CHECK(eight.requant.shifts == std::vector<int>{30});
  CHECK(eight.reciprocals.back() == 1 << 24);
  // one count alone needs no more
  GraphBuilder g;
  const TensorId x = g.input({1, 1, 300, 300}, {0, 255});
  g.node(GlobalAveragePool{}, {x}, {1, 1, 1, 1}, {0, 255});
  CHECK(pool_of(g.plan("per-channel")).reciprocals[0] < int64_t{1} << 31);
}

TEST_CASE("quantize pool: 512 x 512 cells of 16 bits at full scale average exactly") {
  GraphBuilder g;
  const TensorId x = g.input({1, 1, 512, 512}, {0, 1});
  g.node(GlobalAveragePool{}, {x}, {1, 1, 1, 1}, {0, 0.8});  // 1 with the margin
  const QuantPlan plan = g.plan("tidl-np2-fixed", "int16");
  // k = 12 + (18 - 6) + 8 = 32, 2^32 / 2^18; 2^16 * 2^32 / 2^16 = 2^32
  CHECK(pool_of(plan).reciprocals == std::vector<int64_t>{1 << 14});
  CHECK(pool_of(plan).requant.shifts == std::vector<int>{32});
  const int128 sum = int128{65535} << 18;  // beyond 2^33
  CHECK(shift_half_up(sum * (1 << 14), 32) == 65535);
}

TEST_CASE("quantize pool: a clip to bounds below zero gives the mean of unsigned values a sign") {
  const GraphBuilder g = average_pool(2, {0, 1}, {-0.1, -0.1}, clip(-0.1, -0.1));
  const IntegerTensor x{{1, 1, 2, 2}, {0, 64, 128, 255}};
  // 0.1 * 256 * 4096 / 128 = 819.2 -> 10 bits; inv_y = 2^20 / 2^10; RHU(-102.4) = -102
  const QuantPlan shifted = g.plan("tidl-np2-fixed");
  CHECK_FALSE(shifted.tensors[0].is_signed);
  CHECK(shifted.tensors[1].is_signed);
  CHECK(shifted.tensors[1].inv_step == 1024);
  CHECK(pool_of(shifted).requant.clip_min == -102);
  CHECK(pool_of(shifted).requant.clip_max == -102);
  CHECK(run_reference(g.graph, shifted, {x})[1].values == std::vector<int64_t>{-102});
  // from -0.1 to 0 in 255 steps, zero the last of them
  const QuantPlan affine = g.plan("per-channel");
  CHECK(affine.tensors[1].zero_point == 255);
  CHECK(run_reference(g.graph, affine, {x})[1].values == std::vector<int64_t>{0});
}

TEST_CASE("quantize pool: a clip below zero makes a global mean signed, one that reaches zero does not") {
  const auto clipped = [](double low, double high, Range y) {
    GraphBuilder g;
    const TensorId x = g.input({1, 1, 2, 2}, {0, 1});
    g.node(GlobalAveragePool{}, {x}, {1, 1, 1, 1}, y, clip(low, high));
    return g;
  };
  const GraphBuilder below = clipped(-2, -0.5, {-0.5, -0.5});
  const QuantPlan plan = below.plan("tidl-np2-fixed");
  // 1.25 * 0.5 * 2^20 / 128 = 5120 -> 13 bits; -0.5 * 2^7
  CHECK(plan.tensors[1].is_signed);
  CHECK(plan.tensors[1].inv_step == 128);
  const IntegerTensor x{{1, 1, 2, 2}, {0, 0, 0, 255}};
  CHECK(run_reference(below.graph, plan, {x})[1].values == std::vector<int64_t>{-64});
  CHECK_FALSE(clipped(-2, 0, {0, 0}).plan("tidl-np2-fixed").tensors[1].is_signed);
  CHECK_FALSE(clipped(-2, 0.5, {0, 0.5}).plan("tidl-np2-fixed").tensors[1].is_signed);
}

TEST_CASE("quantize pool: an affine input has a sign wherever its zero lies") {
  const GraphBuilder g = average_pool(2, {-1, 1}, {-0.5, 0.5});
  Recipe recipe = make_recipe(g.graph, resolve_preset("per-channel", "int8"));
  recipe.nodes = make_recipe(g.graph, resolve_preset("tidl-np2-fixed", "int8")).nodes;
  const QuantPlan plan = make_plan(g.graph, recipe, g.ranges);
  // inv_x = 255 / 2; in binary32 1 / (2 / 255) is below 127.5; (0.5 * 127.5 * 4096 - 1) / 128 = 2040 -> 11
  // bits
  CHECK(plan.tensors[0].zero_point == 127);
  CHECK(plan.tensors[1].is_signed);
  CHECK(plan.tensors[1].inv_step == 255);
  const IntegerTensor x{{1, 1, 2, 2}, {63, 63, 63, 63}};  // -64 / 127.5 = -128 / 255
  CHECK(run_reference(g.graph, plan, {x})[1].values == std::vector<int64_t>{-128});
}
