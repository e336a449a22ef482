#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

// The worked example of quantization.md 4.2 and 4.3: three channels into one, a bias of 0.25, ReLU, largest
// output 3.2.
GraphBuilder worked_example() {
  GraphBuilder b;
  const TensorId x = b.input({1, 3, 1, 1}, {0, 4});
  b.node(pointwise(1, 3, {-0.30f, 0.10f, 0.61f}, {0.25}), {x}, {1, 1, 1, 1}, {0, 3.2}, relu());
  return b;
}

const LinearPlan& linear(const QuantPlan& plan, size_t node = 0) {
  return std::get<LinearPlan>(plan.nodes[node]);
}

int128 accumulate(const LinearPlan& plan, const std::vector<int64_t>& x, size_t channel = 0) {
  int128 sum = plan.bias[channel];
  for (size_t i = 0; i < x.size(); ++i) sum += int128{x[i]} * plan.weights.at(channel * x.size() + i);
  return sum;
}

}  // namespace

TEST_CASE("quantize linear: power-of-two steps give the integers of the worked example") {
  const QuantPlan plan = worked_example().plan("tidl-p2-dynamic");
  const LinearPlan& conv = linear(plan);
  CHECK(plan.tensors[0].inv_step == 64);  // 256 / 4
  CHECK_FALSE(plan.tensors[0].is_signed);
  CHECK(conv.weight_inv_step == std::vector<double>{128});  // 2^7 / nextpow2(0.61)
  CHECK(integers(conv.weights) == std::vector<int64_t>{-38, 13, 78});
  CHECK(conv.bias[0] == 2048);  // 0.25 * 64 * 128
  CHECK(conv.requant.shifts == std::vector<int>{7});
  CHECK(plan.tensors[1].inv_step == 64);
  CHECK_FALSE(plan.tensors[1].is_signed);
  CHECK(accumulate(conv, {32, 64, 186}) == 16172);
  CHECK(shift_half_up(16172, 7) == 126);
}

TEST_CASE("quantize linear: a real weight step gives the integers of the worked example") {
  const QuantPlan plan = worked_example().plan("tidl-np2-fixed");
  const LinearPlan& conv = linear(plan);
  CHECK(conv.weight_inv_step[0] == doctest::Approx(209.836).epsilon(1e-5));
  CHECK(integers(conv.weights) == std::vector<int64_t>{-63, 21, 127});  // +absmax would be 128 and saturates
  CHECK(conv.bias[0] == 3357);
  CHECK(accumulate(conv, {32, 64, 186}) == 22950 + 3357);
  CHECK(conv.requant.shifts == std::vector<int>{8});
  CHECK(plan.tensors[1].inv_step == doctest::Approx(52.459).epsilon(1e-5));
  CHECK(shift_half_up(26307, 8) == 103);
  CHECK_FALSE(conv.requant.has_multiplier);
  CHECK_FALSE(conv.requant.needs_clip);
  CHECK(conv.requant.clip_min == 0);
  CHECK(conv.requant.clip_max == 255);
}

TEST_CASE("quantize linear: at 16 bits the worked example errs by less than 2^-13 of the range") {
  const QuantPlan plan = worked_example().plan("tidl-np2-fixed", "int16");
  const LinearPlan& conv = linear(plan);
  CHECK(plan.tensors[0].inv_step == 16384);  // 2^16 / 4
  CHECK(conv.weights.s16[2] == 32767);       // 0.61 * 2^15 / 0.61 saturates
  const int64_t x[] = {8192, 16384, 47514};  // 0.5, 1, 2.9
  const int64_t q = shift_half_up(accumulate(conv, {x[0], x[1], x[2]}), conv.requant.shifts[0]);
  const double expected = -0.30 * 0.5 + 0.10 * 1 + 0.61 * 2.9 + 0.25;
  CHECK(std::fabs(static_cast<double>(q) / plan.tensors[1].inv_step - expected) < 3.2 * std::ldexp(1.0, -13));
}

TEST_CASE("quantize linear: at 32 bits the worked example errs by less than 2^-29 of the range") {
  const QuantPlan plan = worked_example().plan("tidl-np2-fixed", "int32");
  const LinearPlan& conv = linear(plan);
  const int64_t x[] = {int64_t{1} << 29, int64_t{1} << 30, 3113851290};  // 0.5, 1, 2.9 times 2^30
  const int64_t q = shift_half_up(accumulate(conv, {x[0], x[1], x[2]}), conv.requant.shifts[0]);
  const double expected = double{-0.30f} * 0.5 + double{0.10f} + double{0.61f} * 2.9 + 0.25;
  CHECK(std::fabs(static_cast<double>(q) / plan.tensors[1].inv_step - expected) < 3.2 * std::ldexp(1.0, -29));
}

TEST_CASE("quantize linear: effective weights are value times scale in binary64") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-1, 1});
  Conv conv = pointwise(2, 1, {0.5f, -1.0f});
  conv.weight_scale = {4.0, 0.5};  // effective 2 and -0.5
  b.node(conv, {x}, {1, 2, 1, 1}, {-2, 2});
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  CHECK(linear(plan).weight_inv_step[0] == 64);
  CHECK(integers(linear(plan).weights) == std::vector<int64_t>{127, -32});
}

TEST_CASE("quantize linear: a ConvTranspose counts channels along axis 1, within groups") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {-2.0, 23.5});
  ConvTranspose conv;  // two groups of one input and two outputs
  conv.groups = 2;
  conv.weights = weights_of("w", {2, 2, 1, 1}, {1, 2, 4, 8});
  conv.bias = {0, 0, 0, 1};
  b.node(conv, {x}, {1, 4, 1, 1}, {-8, 8});
  const QuantPlan plan = b.plan("per-channel");
  const LinearPlan& linear_plan = linear(plan);
  const std::vector<double> expected = {127, 63.5, 31.75, 15.875};
  CHECK(linear_plan.weight_inv_step == expected);
  CHECK(integers(linear_plan.weights) == std::vector<int64_t>{127, 127, 127, 127});
  // x: step 0.1, z = 20. bias' = RHA(1 * 10 * 15.875) - 20 * 127 = 159 - 2540
  CHECK(plan.tensors[0].zero_point == 20);
  CHECK(linear_plan.bias[3] == 159 - 2540);
  CHECK(linear_plan.bias[0] == -2540);
}

TEST_CASE("quantize linear: per-channel steps keep what one step for all would lose") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {0, 1});
  b.node(pointwise(2, 2, {10, -4, 0.1f, 0.04f}), {x}, {1, 2, 1, 1}, {-4, 10});
  const QuantPlan channel = b.plan("per-channel");
  CHECK(integers(linear(channel).weights) == std::vector<int64_t>{127, -51, 127, 51});
  QuantSpec spec = resolve_preset("per-channel", "int8");
  spec.weight_granularity = QuantSpec::Granularity::tensor;
  const QuantPlan tensor = make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
  CHECK(integers(linear(tensor).weights) == std::vector<int64_t>{127, -51, 1, 1});
  CHECK(linear(tensor).requant.multipliers.size() == 1);
}

TEST_CASE("quantize linear: the multiplier of a channel is inv_y / (inv_x * inv_w) to 31 bits") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 255});
  b.node(pointwise(2, 1, {1, 0.5f}), {x}, {1, 2, 1, 1}, {0, 255});
  const QuantPlan plan = b.plan("per-channel");
  const Requantization& requant = linear(plan).requant;
  CHECK(plan.tensors[1].inv_step == 1.0);
  CHECK(requant.has_multiplier);
  CHECK(requant.per_channel);
  // 1/127 = 0.503937 * 2^-6: M = RHA(2^37 / 127) = RHA(1082196484.03), k = 37; 1/254 is half of it
  CHECK(requant.multipliers == std::vector<uint32_t>{1082196484, 1082196484});
  CHECK(requant.shifts == std::vector<int>{37, 38});
}

TEST_CASE("quantize linear: the input's zero point is folded into the bias exactly") {
  GraphBuilder b;
  const TensorId x = b.input({1, 4, 1, 1}, {-2.0, 23.5});  // step 0.1, z = 20
  b.node(pointwise(1, 4, {3, -5, 7, 127}), {x}, {1, 1, 1, 1}, {-300, 300});
  const QuantPlan plan = b.plan("per-channel");
  const LinearPlan& conv = linear(plan);
  CHECK(plan.tensors[0].zero_point == 20);
  CHECK(integers(conv.weights) == std::vector<int64_t>{3, -5, 7, 127});
  CHECK(conv.bias[0] == -20 * (3 - 5 + 7 + 127));
  // direct: (10-20)*3 + (200-20)*-5 + (30-20)*7 + (20-20)*127 = -860
  CHECK(accumulate(conv, {10, 200, 30, 20}) == -860);
}

TEST_CASE(
    "quantize linear: a bias that does not fit lowers the weight step by powers of two, with a warning") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  // inv_acc = 256 * 128 = 2^15: 2^17 * 2^15 = 2^32 does not fit, nor does 2^31, and 2^30 does
  b.node(pointwise(2, 1, {1.0f, 0.5f}, {131072.0, 0.0}), {x}, {1, 2, 1, 1}, {0, 131073});
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  CHECK(linear(plan).weight_inv_step[0] == 32);
  CHECK(linear(plan).bias[0] == int64_t{1} << 30);
  CHECK(integers(linear(plan).weights) == std::vector<int64_t>{32, 16});
  REQUIRE(plan.warnings.size() == 1);
  CHECK(plan.warnings[0].find("2^2 so that the bias fits 32 bits") != std::string::npos);
  // at 16 bits the accumulator has 64: 2^17 * 2^31 fits
  CHECK(b.plan("tidl-np2-fixed", "int16").warnings.empty());
}

TEST_CASE("quantize linear: per channel, only the channel whose bias does not fit is lowered") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(2, 1, {1.0f, 1.0f}, {131072.0, 0.0}), {x}, {1, 2, 1, 1}, {0, 131073});
  const QuantPlan plan = b.plan("per-channel");
  CHECK(linear(plan).weight_inv_step ==
        std::vector<double>{127.0 / 2, 127});  // 2^17 * 255 * 127 = 1.98 * 2^31
  CHECK(plan.warnings.size() == 1);
}

TEST_CASE("quantize linear: exact ReLU6 lowers the weight step so that saturation at 255 is 6") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {3.0f}), {x}, {1, 1, 1, 1}, {0, 5.5}, clip(0, 6));
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  const LinearPlan& conv = linear(plan);
  const TensorPlan& y = plan.tensors[1];
  CHECK(y.inv_step == 256.0 / 6);
  CHECK_FALSE(y.is_signed);
  CHECK(y.source == "fixed by Clip");
  // inv_x * inv_w = 256 * 128/3 = 10922.7; over 42.667 that is exactly 256
  CHECK(conv.requant.shifts == std::vector<int>{8});
  CHECK(conv.weight_inv_step[0] * 256 / 256 == doctest::Approx(y.inv_step));
  CHECK(conv.weight_inv_step[0] <= 128.0 / 3);
  CHECK_FALSE(conv.requant.needs_clip);
  CHECK(conv.requant.clip_max == 255);
  // the grid of 5.3: -1 3 5.99 6.5 9 -> 0 128 255 255 255
  const double values[] = {-1, 3, 5.99, 6.5, 7.9, 9};
  const int64_t expected[] = {0, 128, 255, 255, 255, 255};
  for (int i = 0; i < 6; ++i) {
    const double level = std::floor(values[i] * y.inv_step + 0.5);
    CHECK(std::min<int64_t>(255, std::max<int64_t>(0, static_cast<int64_t>(level))) == expected[i]);
  }
}

TEST_CASE("quantize linear: exact ReLU6 lowers the weight step by less than two") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {3.1f}), {x}, {1, 1, 1, 1}, {0, 6}, clip(0, 6));
  const LinearPlan conv = linear(b.plan("tidl-np2-fixed"));
  // 256 * 128/3.1 / 42.667 = 247.7 -> 2^7: inv_w = 42.667 * 128 / 256 = 21.33, from 41.29
  CHECK(conv.requant.shifts == std::vector<int>{7});
  CHECK(conv.weight_inv_step[0] == doctest::Approx(21.0 + 1.0 / 3));
}

TEST_CASE("quantize linear: with power-of-two steps ReLU6 becomes ReLU8, by saturation") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {3.0f}), {x}, {1, 1, 1, 1}, {0, 3}, clip(0, 6));
  const QuantPlan plan = b.plan("tidl-p2-dynamic");
  CHECK(plan.tensors[1].inv_step == 32);                      // 256 / 8, whatever the calibrated range
  CHECK(linear(plan).requant.shifts == std::vector<int>{8});  // 256 * 128/4 = 2^13 down to 2^5
  const double values[] = {-1, 3, 5.99, 6.5, 7.9, 9};
  const int64_t expected[] = {0, 96, 192, 208, 253, 255};
  for (int i = 0; i < 6; ++i) {
    const double level = std::floor(values[i] * plan.tensors[1].inv_step + 0.5);
    CHECK(std::min<int64_t>(255, std::max<int64_t>(0, static_cast<int64_t>(level))) == expected[i]);
  }
}

TEST_CASE("quantize linear: other clip bounds become bounds of the output stage") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-1, 1});
  b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {-0.5, 0.75}, clip(-0.5, 0.75));
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  // inv_acc 128 * 128, range 0.75 signed: 16384 * 0.75 / 128 = 96 -> 7 bits: inv_y 128
  CHECK(plan.tensors[1].inv_step == 128);
  CHECK(plan.tensors[1].is_signed);
  CHECK(linear(plan).requant.needs_clip);
  CHECK(linear(plan).requant.clip_min == -64);
  CHECK(linear(plan).requant.clip_max == 96);
}

TEST_CASE("quantize linear: an affine grid spans its clip, so that saturation does it") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-1, 1});
  const TensorId y = b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {0, 6}, clip(0, 6));
  b.node(pointwise(1, 1, {1.0f}), {y}, {1, 1, 1, 1}, {2, 3}, clip(2, 3));
  const QuantPlan plan = b.plan("per-channel");
  CHECK(plan.tensors[1].zero_point == 0);
  CHECK(plan.tensors[1].inv_step == doctest::Approx(42.5));  // 255 / 6
  CHECK_FALSE(linear(plan).requant.needs_clip);
  CHECK(linear(plan, 1).requant.needs_clip);       // zero lies outside 2..3
  CHECK(linear(plan, 1).requant.clip_min == 170);  // 2 * 85
  CHECK(linear(plan, 1).requant.clip_max == 255);
}

TEST_CASE("quantize linear: the Gemm's margin follows a Gemm, also once it is a convolution") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-1, 1});
  Conv plain = pointwise(1, 1, {1.0f});
  Conv from_gemm = plain;
  from_gemm.from_gemm = true;
  Gemm gemm;
  gemm.weights = weights_of("w", {1, 1}, {1.0f});
  const TensorId flat = b.node(Reshape{}, {x}, {1, 1}, {-1, 1});
  b.node(plain, {x}, {1, 1, 1, 1}, {-0.9, 0.9});
  b.node(from_gemm, {x}, {1, 1, 1, 1}, {-0.9, 0.9});
  b.node(gemm, {flat}, {1, 1}, {-0.9, 0.9});
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  // 0.9 * 2^14 / 2^7 = 115.2 -> 7 bits; 1.125 * 128 = 144 -> 8 bits
  CHECK(linear(plan, 1).requant.shifts == std::vector<int>{7});
  CHECK(linear(plan, 2).requant.shifts == std::vector<int>{8});
  CHECK(linear(plan, 3).requant.shifts == std::vector<int>{8});
}

TEST_CASE(
    "quantize linear: a BatchNorm has one weight step for all channels, or one each in a per-channel plan") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {-1, 1});
  BatchNorm norm;
  norm.channels = 2;
  norm.scale = {2.0, 0.5};
  norm.shift = {0.25, -0.25};
  b.node(norm, {x}, {1, 2, 1, 1}, {-2.25, 2.25});
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  CHECK(linear(plan).weight_inv_step == std::vector<double>{64});
  CHECK(integers(linear(plan).weights) == std::vector<int64_t>{127, 32});
  CHECK(linear(plan).bias[0] == 2048);  // 0.25 * 128 * 64
  CHECK(linear(plan).bias[1] == -2048);
  CHECK(linear(b.plan("per-channel")).weight_inv_step == std::vector<double>{63.5, 254});
}

TEST_CASE("quantize linear: weights of zero and a range of zero have steps, and no division by zero") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 0});
  b.node(pointwise(1, 1, {0.0f}), {x}, {1, 1, 1, 1}, {0, 0}, relu());
  for (const char* preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
    const QuantPlan plan = b.plan(preset);
    CHECK(plan.tensors[0].inv_step == 1);
    CHECK(linear(plan).weight_inv_step == std::vector<double>{1});
    CHECK(plan.tensors[1].inv_step == 1);
    CHECK(integers(linear(plan).weights) == std::vector<int64_t>{0});
  }
}

TEST_CASE("quantize linear: values that vanish ask for no larger shift than any output stage has") {
  // inv_x = 256 / 1e-14 and inv_w > 2^10: their product is beyond 2^64, and with it the shift to a step
  // near 1.
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1e-14});
  b.node(pointwise(1, 1, {0.07f}, {0.0}), {x}, {1, 1, 1, 1}, {0, 1e-16});
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  CHECK(plan.tensors[0].inv_step * linear(plan).weight_inv_step[0] > std::ldexp(1.0, 64));
  CHECK(linear(plan).requant.shifts == std::vector<int>{31});
  CHECK(shift_half_up(accumulate(linear(plan), {255}), 31) == 0);
}

TEST_CASE("quantize linear: a signed maximum that is a power of two does not cost a bit") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-1, 1});
  // inv_acc = 128 * 128/1.5 = 10922.67. 6 * 10922.67 / 128 = 512.0; 8: 682.67; with 8 - 1 LSB still 10 bits
  b.node(pointwise(1, 1, {1.5f}), {x}, {1, 1, 1, 1}, {-8, 8});
  CHECK(linear(b.plan("tidl-np2-fixed")).requant.shifts == std::vector<int>{10});
  // inv_w = 2^7 / 0.9999 = 128.0128, inv_acc = 16385.64: 2 * that / 128 = 256.0256 -> 9 bits, or 256.0178
  // less one LSB. inv_w = 128.0000305: 2 * 16384.0039 / 128 = 256.00006; less one LSB 255.992 -> 8 bits
  GraphBuilder near;
  const TensorId z = near.input({1, 1, 1, 1}, {-1, 1});
  near.node(pointwise(1, 1, {0.99999976f}), {z}, {1, 1, 1, 1}, {-2, 2});
  CHECK(linear(near.plan("tidl-np2-fixed")).requant.shifts == std::vector<int>{8});
  near.ranges[1] = {-2.1, 2.1};  // not a power of two: 268.8 -> 9 bits
  CHECK(linear(near.plan("tidl-np2-fixed")).requant.shifts == std::vector<int>{9});
}

TEST_CASE("quantize linear: weights that are not finite are the network's fault, named") {
  for (const float bad : {std::nanf(""), HUGE_VALF}) {
    GraphBuilder b;
    const TensorId x = b.input({1, 2, 1, 1}, {-1, 1});
    b.node(pointwise(1, 2, {1.0f, bad}), {x}, {1, 1, 1, 1}, {-1, 1});
    CHECK_THROWS_WITH_AS(b.plan("tidl-np2-fixed"),
                         "weights 'w' of output channel 0 hold a value that is not finite", UserError);
  }
}

TEST_CASE("quantize linear: a channel of zeros gets its bias right to 2^-9 of an output step") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 255});
  b.node(pointwise(2, 1, {1, 0}, {0, 100.3}), {x}, {1, 2, 1, 1}, {0, 255});
  const QuantPlan plan = b.plan("per-channel");
  const LinearPlan& conv = linear(plan);
  CHECK(conv.weight_inv_step == std::vector<double>{127, 256});  // 2^8 * inv_y / inv_x, both 1
  CHECK(conv.bias[1] == 25677);                                  // RHA(25676.8)
  CHECK(conv.requant.multipliers[1] == 1 << 30);                 // 1 / 256 = 2^30 / 2^38
  CHECK(conv.requant.shifts[1] == 38);
  CHECK(shift_half_up(conv.bias[1] * conv.requant.multipliers[1], 38) == 100);
  CHECK(integers(conv.weights) == std::vector<int64_t>{127, 0});
  CHECK(plan.warnings.empty());
}

TEST_CASE("quantize linear: a layer of zeros shifts by 8 bits, from the range of its bias") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(2, 1, {0, 0}, {200, 13}), {x}, {1, 2, 1, 1}, {0, 200}, relu());
  for (const char* precision : {"int8", "int16", "int32"}) {
    CHECK(linear(b.plan("tidl-np2-fixed", precision)).requant.shifts == std::vector<int>{8});
    CHECK(linear(b.plan("tidl-p2-dynamic", precision)).requant.shifts == std::vector<int>{8});
  }
  const QuantPlan real = b.plan("tidl-np2-fixed");
  // inv_y = 256 / 200, inv_acc = 2^8 of it: 200 -> 65536, 13 -> RHA(4259.84)
  CHECK(real.tensors[1].inv_step == doctest::Approx(1.28).epsilon(1e-12));
  CHECK(linear(real).bias == std::vector<int128>{65536, 4260});
  const QuantPlan pow2 = b.plan("tidl-p2-dynamic");
  CHECK(pow2.tensors[1].inv_step == 1);         // 256 / nextpow2(200)
  CHECK(linear(pow2).weight_inv_step[0] == 1);  // 2^8 * 1 / 256
  CHECK(linear(pow2).bias == std::vector<int128>{51200, 3328});
}

TEST_CASE("quantize linear: the shift of a layer of zeros is 8 whatever the range rounds to") {
  for (int i = 1; i <= 200; ++i) {
    const double top = 0.013 * i * i;
    GraphBuilder b;
    const TensorId x = b.input({1, 1, 1, 1}, {-0.7 / i, 0.3});
    b.node(pointwise(1, 1, {0}, {top}), {x}, {1, 1, 1, 1}, {-top / 3, top});
    for (const char* precision : {"int8", "int16", "int32"}) {
      for (const char* preset : {"tidl-np2-fixed", "tidl-p2-dynamic"}) {
        CAPTURE(top);
        const QuantPlan plan = b.plan(preset, precision);
        CHECK(linear(plan).requant.shifts == std::vector<int>{8});
        CHECK(linear(plan).bias[0] > 0);
      }
    }
  }
}

TEST_CASE("quantize linear: at 32 bits a bias leaves its accumulator room for the multiplier") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {1e-12f}, {1.0}), {x}, {1, 1, 1, 1}, {0, 1});
  const QuantPlan plan = b.plan("per-channel", "int32");
  const LinearPlan& conv = linear(plan);
  // inv_acc = (2^32 - 1) * (2^31 - 1) / 1e-12 = 2^102.86: lowered by 2^8 to 2^94.86, below 2^95
  CHECK(conv.bias[0] < int128{1} << 95);
  CHECK(conv.bias[0] > int128{1} << 94);
  REQUIRE(plan.warnings.size() == 1);
  CHECK(plan.warnings[0].find("2^8 so that the bias fits 96 bits") != std::string::npos);
  const int128 acc = accumulate(conv, {4294967295});
  const int128 room = ((int128{1} << 126) - 1 + (int128{1} << 126)) / acc;  // (2^127 - 1) / acc
  CHECK(conv.requant.multipliers[0] <= room);
  const int128 product = acc * conv.requant.multipliers[0];
  const int k = conv.requant.shifts[0];
  CHECK((product >> k) + ((product >> (k - 1)) & 1) >= 4294967295 - 1);  // 1 is the highest level
  // a shift multiplies nothing: the bias has all 128 bits
  CHECK(b.plan("tidl-np2-fixed", "int32").warnings.empty());
}

TEST_CASE("quantize linear: a clip far above the range leaves the range its grid, without another clip") {
  const auto plan_with = [](double top, const char* preset) {
    GraphBuilder b;
    const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
    b.node(pointwise(1, 1, {3.0f}), {x}, {1, 1, 1, 1}, {0, 3}, clip(0, top));
    return b.plan(preset);
  };
  const QuantPlan far = plan_with(1e6, "tidl-np2-fixed");
  // inv_acc 256 * 128/3; 3 * that / 256 = 128 -> 7 bits, inv_y 256/3
  CHECK(far.tensors[1].inv_step == doctest::Approx(256.0 / 3));
  CHECK(far.tensors[1].source == "calibrated");
  CHECK(linear(far).requant.shifts == std::vector<int>{7});
  CHECK_FALSE(linear(far).requant.needs_clip);
  CHECK(linear(far).requant.clip_max == 255);
  CHECK(plan_with(48, "tidl-np2-fixed").tensors[1].inv_step == 256.0 / 48);  // 16 times the range
  CHECK(plan_with(48.5, "tidl-np2-fixed").tensors[1].inv_step == doctest::Approx(256.0 / 3));
  CHECK(plan_with(1e6, "tidl-p2-dynamic").tensors[1].inv_step == 64);  // 256 / 4
}

TEST_CASE("quantize linear: a grid that would pass its far clip ends below it") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {0, 1e-6}, clip(0, 0.001));
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  // inv_acc 2^15: 256 levels end at 2^-7 = 0.0078. Three bits more, and they end at 2^-10
  CHECK(linear(plan).requant.shifts == std::vector<int>{-3});
  CHECK(plan.tensors[1].inv_step == 262144);
}

TEST_CASE("quantize linear: an affine grid of a zero tensor keeps a clip at or next to zero") {
  for (const double top : {0.0, 1e-20}) {
    GraphBuilder b;
    const TensorId x = b.input({1, 1, 1, 1}, {-1, 1});
    b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {0, top}, clip(0, top));
    for (const PresetInfo& preset : presets_with("int8")) {
      const Requantization requant = linear(b.plan(preset.name)).requant;
      CHECK(requant.needs_clip);
      CHECK(requant.clip_max == 0);
    }
  }
}

TEST_CASE("quantize linear: the plan carries the accumulator, four times as wide as its operands") {
  GraphBuilder b = worked_example();
  QuantSpec spec = resolve_preset("tidl-np2-fixed", "int16");
  spec.overflow = mmasim::isa::Overflow::saturate;
  const QuantPlan plan = make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
  CHECK(linear(plan).accumulator.bits == 64);
  CHECK(linear(plan).accumulator.overflow == mmasim::isa::Overflow::saturate);
  CHECK(accumulator_policy(plan) == mmasim::isa::Overflow::saturate);
  CHECK(linear(b.plan("per-channel")).accumulator.bits == 32);
  CHECK(accumulator_policy(b.plan("per-channel")) == mmasim::isa::Overflow::wrap);
}

TEST_CASE("quantize linear: weights far below their bias ask for a shift of at most 63") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {std::ldexp(1.0f, -40)}, {1.0}), {x}, {1, 1, 1, 1}, {0, 1}, relu());
  const QuantPlan plan = b.plan("tidl-np2-fixed", "int32");
  // inv_acc = 2^32 * 2^31 * 2^40 = 2^103 would be shifted by 71 bits to 2^32
  CHECK(linear(plan).requant.shifts == std::vector<int>{63});
  CHECK(linear(plan).weight_inv_step[0] == std::ldexp(1.0, 63));
  CHECK(linear(plan).bias[0] == int128{1} << 95);
  CHECK(plan.tensors[1].inv_step == std::ldexp(1.0, 32));
}
