// The systems of quantization beside the first three presets, by worked examples of docs/quantization.md.
#include <doctest/doctest.h>

#include <cmath>

#include "runtime/quantize/weights.h"
#include "runtime/reference/linear.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

const LinearPlan& linear(const QuantPlan& plan, size_t node = 0) {
  return std::get<LinearPlan>(plan.nodes[node]);
}

LinearPlan with_stage(int shift, isa::Rounding rounding, int64_t low, int64_t high) {
  LinearPlan plan;
  plan.requant.shifts = {shift};
  plan.requant.rounding = rounding;
  plan.requant.clip_min = low, plan.requant.clip_max = high;
  return plan;
}

std::vector<int64_t> weights_at(std::vector<float> values, double inv_step, quantization::WeightGrid grid) {
  const auto count = static_cast<int64_t>(values.size());
  const Conv conv = pointwise(1, count, std::move(values));
  return integers(quantization::quantize_weights(quantization::view(conv), grid, {inv_step}));
}

QuantPlan pool_plan(std::array<int64_t, 2> kernel, std::array<int64_t, 2> stride, QuantSpec spec) {
  GraphBuilder b;
  AveragePool pool;
  pool.window.kernel = kernel, pool.window.stride = stride;
  const TensorId x = b.input({1, 1, kernel[0], kernel[1]}, {0, 1});
  b.node(pool, {x}, {1, 1, 1, 1}, {0, 1});
  return make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
}

int64_t reciprocal(int64_t kernel, int64_t stride, const std::vector<std::string>& set) {
  const QuantPlan plan =
      pool_plan({kernel, kernel}, {stride, stride}, resolve_preset("tidl-p2-dynamic", "int8", set));
  return std::get<PoolPlan>(plan.nodes[0]).reciprocals.back();
}

}  // namespace

TEST_CASE("systems: asymmetric weights span their range and zero, and the bias holds the constant terms") {
  GraphBuilder b;
  const TensorId x = b.input({1, 3, 1, 1}, {-1, 2});  // 255 levels of 3/255, zero point 85
  b.node(pointwise(1, 3, {-1.0f, 0.0f, 2.0f}), {x}, {1, 1, 1, 1}, {-6, 6});
  const QuantPlan plan = b.plan("asym-pt");
  const LinearPlan& conv = linear(plan);
  CHECK(plan.tensors[0].zero_point == 85);
  CHECK(conv.weight_zero_points == std::vector<int64_t>{-43});  // -128 + 85
  CHECK(integers(conv.weights) == std::vector<int64_t>{-128, -43, 127});
  // K za zw - za sum(w) = 3 * 85 * -43 - 85 * (-128 - 43 + 127)
  CHECK(conv.bias[0] == -10965 + 3740);
  CHECK_FALSE(conv.requant.per_channel);
  CHECK(conv.requant.multipliers.size() == 1);
}

TEST_CASE("systems: asymmetric weights: sum (a - za)(w - zw) from raw sums") {
  // a = 10, 200, 30, za = 20; w = 3, -5, 7, zw = 2: raw sum -760, sum of a 240, sum of w 5;
  // bias -20 * 5 + 3 * 20 * 2 = 20; -760 + 20 - 2 * 240 = -1220 = (-10)(1) + 180(-7) + 10(5)
  LinearPlan plan = with_stage(0, isa::Rounding::half_up, -32768, 32767);
  plan.weight_zero_points = {2};
  CHECK(reference::finish_product(-760 + 20, 240, plan, 0) == -1220);
}

TEST_CASE(
    "systems: a step per depthwise channel is the layer's by a power of two, made up for by its shift") {
  GraphBuilder b;
  const TensorId x = b.input({1, 3, 1, 1}, {0, 1});
  Conv conv;
  conv.groups = 3;
  conv.weights = weights_of("w", {3, 1, 1, 1}, {1.0f, 0.2f, 0.0f});
  conv.bias = {0, 0, 0.25};
  const TensorId y = b.node(conv, {x}, {1, 3, 1, 1}, {0, 1}, relu());
  b.node(pointwise(1, 3, {1.0f, 0.2f, 0.1f}), {y}, {1, 1, 1, 1}, {0, 1}, relu());
  const QuantPlan plan = b.plan("tidl-dw-channel");
  const LinearPlan& depthwise = linear(plan);
  // layer: 128 / 1, inv_acc 2^15, range 1 -> shift 7. 0.2 leaves room for 4 times: 0.2 * 512 = 102.4. The
  // zero channel shifts by 8.
  CHECK(depthwise.weight_inv_step == std::vector<double>{128, 512, 256});
  CHECK(integers(depthwise.weights) == std::vector<int64_t>{127, 102, 0});
  CHECK(depthwise.requant.per_channel);
  CHECK_FALSE(depthwise.requant.has_multiplier);
  CHECK(depthwise.requant.shifts == std::vector<int>{7, 9, 8});
  CHECK(depthwise.bias[2] == 16384);  // 0.25 * 2^8 * 2^8
  CHECK(plan.tensors[y].inv_step == 256);
  CHECK_FALSE(linear(plan, 1).requant.per_channel);  // not depthwise
}

TEST_CASE("systems: TQT rounds a sum to 16 bits, adds the bias there, and rounds again") {
  // acc 16172 at 2^-13 to 2^-10: 2021.5 -> 2022 (even); 0.0156 -> 16; 2038 to 2^-6: 127.375 -> 127
  LinearPlan plan = with_stage(4, isa::Rounding::half_even, -128, 127);
  plan.intermediate = {IntermediatePlan{16, 3, {16}}};
  CHECK(reference::finish_product(16172, 0, plan, 0) == 127);
  plan.intermediate[0].bias = {0};
  CHECK(reference::finish_product(-(int128{1} << 31), 0, plan, 0) == -128);  // saturates at 16 bits first
}

TEST_CASE("systems: TQT's steps of sum, bias and output follow from ranges, all powers of two") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {1.0f}, {0.0156}), {x}, {1, 1, 1, 1}, {0, 1}, relu());
  const QuantPlan plan = b.plan("tqt-static");
  const LinearPlan& conv = linear(plan);
  CHECK(integers(conv.weights) == std::vector<int64_t>{127});  // 1.0 at 2^-7 saturates
  CHECK(conv.bias[0] == 0);
  // inv_acc 2^8 * 2^7; 1 + 0.0156 lies below 2: inv 2^15 / 2 = 2^14, a shift of 1; 0.0156 * 2^14 = 255.6
  REQUIRE(conv.intermediate.size() == 1);
  CHECK(conv.intermediate[0].shift == 1);
  CHECK(conv.intermediate[0].bias == std::vector<int64_t>{256});
  CHECK(plan.tensors[1].inv_step == 256);
  CHECK(conv.requant.shifts == std::vector<int>{6});
}

TEST_CASE("systems: TQT's weights tie to even, others away from zero") {
  const std::vector<float> values{0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f};
  CHECK(weights_at(values, 1, {8, -128, 127, 0, isa::Rounding::half_even}) ==
        std::vector<int64_t>{0, 2, 2, 0, -2, -2});
  CHECK(weights_at(values, 1, {8, -128, 127, 0, isa::Rounding::half_away}) ==
        std::vector<int64_t>{1, 2, 3, -1, -2, -3});
  CHECK(weights_at(values, 1, {8, -128, 127, 0, isa::Rounding::half_up}) ==
        std::vector<int64_t>{1, 2, 3, 0, -1, -2});
}

TEST_CASE("systems: an average as an 8-bit weight, in TIDL's formats, and in ours") {
  const std::vector<std::string> weight{"avgpool.rule=dwconv"}, exact{weight[0], "avgpool.exact_pow2=true"};
  CHECK(reciprocal(2, 2, weight) == 255);  // 1/4 is its grid's end, 2^-10 apart: 256 saturates
  CHECK(reciprocal(2, 2, exact) == 128);   // at 2^-9
  CHECK(reciprocal(3, 2, weight) == 228);  // at 2^-11
  CHECK(reciprocal(7, 1, weight) == 167);  // at 2^-13
  CHECK(reciprocal(3, 2, {"avgpool.rule=tidl_q"}) == 28);   // 28 / 256
  CHECK(reciprocal(3, 1, {"avgpool.rule=tidl_q"}) == 455);  // 455 / 4096
  CHECK(reciprocal(7, 1, {"avgpool.rule=tidl_q"}) == 84);   // 84 / 4096
  CHECK(reciprocal(3, 2, {}) == 455);
}

TEST_CASE("systems: a leaky maximum takes its slope in 16 bits and rounds the product at x's step") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-1, 1});
  Prelu leaky;
  leaky.slopes = {0.1};
  b.node(leaky, {x}, {1, 1, 1, 1}, {-0.1, 1});
  const QuantPlan plan = b.plan("tqt-static");
  const auto& table = std::get<LookupPlan>(plan.nodes[0]).table;  // q = -128 ... 127, output at the same step
  CHECK(plan.tensors[0].inv_step == 128);
  CHECK(plan.tensors[1].inv_step == 128);
  CHECK(table[255] == 127);
  CHECK(table[128] == 0);
  CHECK(table[128 - 100] == -10);  // -100 * 26214 / 2^18 = -9.99985
  CHECK(table[128 - 5] == 0);      // -0.49999
  CHECK(table[128 - 6] == -1);     // -0.6
  CHECK(table[0] == -13);          // -12.7998
}

TEST_CASE("systems: merged operands share range, sign and step") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  const TensorId plus = b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {0, 1}, relu());
  const TensorId both = b.node(pointwise(1, 1, {4.0f}), {x}, {1, 1, 1, 1}, {-3, 4});
  const TensorId pooled = b.node(MaxPool{}, {plus}, {1, 1, 1, 1}, {0, 1});
  b.node(Add{}, {pooled, both}, {1, 1, 1, 1}, {-3, 5});
  const QuantPlan plan = b.plan("tqt-static");
  for (const TensorId id : {plus, both, pooled}) {
    CHECK(plan.tensors[id].inv_step == 32);  // 2^7 / 4
    CHECK(plan.tensors[id].is_signed);
  }
  const auto& sum = std::get<SumPlan>(plan.nodes[3]);
  CHECK(sum.multipliers[0] == sum.multipliers[1]);
  CHECK(b.plan("tidl-p2-dynamic").tensors[plus].inv_step == 256);
}

TEST_CASE("systems: Q-formats of CHaiDNN, their ties and bounds") {
  const quantization::WeightGrid six{8, -32, 31, 0, isa::Rounding::half_away};
  CHECK(weights_at({0.125f, -0.125f, 0.3f, 7.9f, 9, -8, -8.3f}, 4, six) ==
        std::vector<int64_t>{1, -1, 1, 31, 31, -32, -32});
  CHECK(weights_at({0.97f, -1, 0.015625f, -0.015625f}, 32, six) == std::vector<int64_t>{31, -32, 1, -1});
  CHECK(weights_at({15.9f, -16.2f, 1.0625f}, 8, {8, -128, 127, 0, isa::Rounding::half_away}) ==
        std::vector<int64_t>{127, -128, 9});
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {0.5f}, {0.3}), {x}, {1, 1, 1, 1}, {0, 0.8}, relu());
  const QuantPlan plan = b.plan("chaidnn-dynamic-fixed-6");
  CHECK(plan.tensors[0].bits == 8);  // inputs keep 8 bits
  CHECK(plan.tensors[0].min() == -128);
  CHECK(plan.tensors[1].bits == 8);
  CHECK(plan.tensors[1].min() == -32);
  CHECK(plan.tensors[1].max() == 31);
  const LinearPlan& conv = linear(plan);
  CHECK(plan.tensors[0].inv_step == 128);
  CHECK(conv.weight_inv_step == std::vector<double>{64});  // 2^5 / 0.5; 32 saturates
  CHECK(integers(conv.weights) == std::vector<int64_t>{31});
  CHECK(plan.tensors[1].inv_step == 32);              // 2^5 / 1
  CHECK(conv.requant.shifts == std::vector<int>{8});  // 128 * 64 / 32
  CHECK(conv.bias[0] == 10 * 256);                    // 0.3 * 32 = 9.6 -> 10, then aligned
  CHECK(conv.requant.clip_max == 31);
  CHECK(conv.requant.needs_clip);
}

TEST_CASE("systems: a bias that its output's format cannot hold saturates, and the plan says so") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(2, 1, {0.5f, 0.5f}, {0.25, 200}), {x}, {1, 2, 1, 1}, {0, 1});
  // steps of the output of 2^-7 or 1/127 by 1/256: 1 is the highest level, or 2^15 of 8.8 bits are 258
  const std::vector<std::string> said{
      "node 'Conv0': biases of 1 of 2 channels saturate in the format of its output"};
  CHECK(b.plan("chaidnn-dynamic-fixed").warnings == said);
  CHECK(b.plan("tidl-p2-dynamic").warnings.empty());
  CHECK(b.plan("chaidnn-xilinx").warnings == said);  // 200 * 127 * 256 is beyond 2^15
}

TEST_CASE("systems: a clip at 6 dropped, narrowed, widened, exact") {
  for (const auto& [rule, inv_step] : {std::pair{"relu4", 64.0}, {"relu8", 32.0}, {"exact", 256.0 / 6}}) {
    CAPTURE(rule);
    GraphBuilder b;
    const TensorId x = b.input({1, 1, 1, 1}, {0, 8});
    b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {0, 6}, clip(0, 6));
    const auto spec = resolve_preset("tidl-np2-fixed", "int8", {std::string("relu6=") + rule});
    CHECK(make_plan(b.graph, make_recipe(b.graph, spec), b.ranges).tensors[1].inv_step ==
          doctest::Approx(inv_step));
  }
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 8});
  b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {0, 6}, clip(0, 6));
  const auto spec = resolve_preset("per-channel", "int8", {"relu6=relu"});
  const QuantPlan plan = make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
  CHECK_FALSE(linear(plan).requant.needs_clip);
}

TEST_CASE("systems: CHaiDNN's Xilinx quantizer: 10.22-bit words of thresholds, and the bias behind them") {
  const float thresholds[] = {0.63660389185f, 0.37376704812f, 0.594033837318f, 0.400175541639f};
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-150.866221005, 150.866221005});
  b.node(pointwise(4, 1, {thresholds[0], thresholds[1], thresholds[2], thresholds[3]}, {0, 0, 0, 5.922}), {x},
         {1, 4, 1, 1}, {-752.14132257, 752.14132257});
  const QuantPlan plan = b.plan("chaidnn-xilinx");
  const LinearPlan& conv = linear(plan);
  CHECK(conv.requant.multipliers == std::vector<uint32_t>{4217, 2476, 3935, 2651});
  CHECK(conv.requant.shifts == std::vector<int>{22, 22, 22, 22});
  CHECK(integers(conv.weights) == std::vector<int64_t>{127, 127, 127, 127});
  // 5.922 / (752.14 / 127) * 256 = 255.98 -> 256, which is 1.0
  CHECK(conv.late_bias == std::vector<int64_t>{0, 0, 0, 256 << 14});
  CHECK(reference::finish_product(10000, 0, conv, 0) == 10);  // 10.0541
  CHECK(reference::finish_product(0, 0, conv, 3) == 1);
  CHECK(weights_at({0.1f, -0.7f}, 127 / 0.63660389185, {8, -127, 127, 0, isa::Rounding::half_away}) ==
        std::vector<int64_t>{20, -127});
  CHECK_THROWS_AS(resolve_preset("chaidnn-xilinx", "int16"), UserError);
}
