#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "runtime/calibrate/ranges.h"
#include "runtime/quantize/host_values.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

TensorPlan input_plan(const char* preset, Range range, const char* precision = "int8") {
  GraphBuilder b;
  const TensorId x = b.input({1, 4}, range);
  b.node(Reshape{}, {x}, {4}, range);
  return b.plan(preset, precision).tensors[0];
}

std::vector<uint8_t> quantized(const TensorPlan& plan, std::vector<float> values) {
  const auto count = static_cast<int64_t>(values.size());
  return quantize_input(plan, FloatTensor{{count}, std::move(values)});
}

}  // namespace

TEST_CASE(
    "host values: an input that was never negative is unsigned on 2^8 / max, others signed on 2^7 / max") {
  CHECK(input_plan("tidl-np2-fixed", {0, 2}).inv_step == 128);
  CHECK_FALSE(input_plan("tidl-np2-fixed", {0, 2}).is_signed);
  CHECK(input_plan("tidl-np2-fixed", {-4, 2}).inv_step == 32);
  CHECK(input_plan("tidl-np2-fixed", {0.5, 3}).inv_step == doctest::Approx(256.0 / 3));
  CHECK(input_plan("tidl-p2-dynamic", {0, 3}).inv_step == 64);
  CHECK(input_plan("tidl-p2-dynamic", {-4, 3}).inv_step == 32);  // a power of two stays what it is
}

TEST_CASE("host values: symmetric inputs round half up and saturate") {
  const TensorPlan plan = input_plan("tidl-np2-fixed", {-64, 64});  // inv_step 2
  // 0.25 * 2 = 0.5 -> 1; -0.25 -> -0.5 -> 0; -0.75 -> -1.5 -> -1; 64 -> 128 saturates to 127
  CHECK(quantized(plan, {0.25f, -0.25f, -0.75f, 64, -100}) == std::vector<uint8_t>{1, 0, 0xff, 127, 0x80});
}

TEST_CASE("host values: affine inputs are the binary32 quotient, half to even, then the zero point") {
  const TensorPlan plan = input_plan("per-channel", {-1, 2});
  CHECK(plan.inv_step == doctest::Approx(85));  // 255 / 3
  CHECK(plan.zero_point == 85);
  CHECK(quantized(plan, {-1, 0, 2, 0.55f}) == std::vector<uint8_t>{0, 85, 255, 132});
  const TensorPlan whole = input_plan("per-channel", {0, 255});  // step 1
  CHECK(quantized(whole, {0.5f, 1.5f, 2.5f, 300}) == std::vector<uint8_t>{0, 2, 2, 255});
}

TEST_CASE("host values: wider integers are little-endian") {
  CHECK(quantized(input_plan("tidl-np2-fixed", {-1, 1}, "int16"), {-0.5f}) ==
        std::vector<uint8_t>{0x00, 0xc0});
  CHECK(quantized(input_plan("tidl-np2-fixed", {0, 1}, "int32"), {0.5f, 1}) ==
        std::vector<uint8_t>{0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff});
}

TEST_CASE("host values: an output is (integer - zero point) / inv_step, signed or not") {
  TensorPlan plan;
  plan.inv_step = 4;
  CHECK(dequantize_output(plan, {2}, {0x80, 0x7f}).values == std::vector<float>{-32, 31.75f});
  plan.is_signed = false;
  plan.zero_point = 128;
  CHECK(dequantize_output(plan, {2}, {0x80, 0xff}).values == std::vector<float>{0, 31.75f});
  TensorPlan index;
  index.bits = 64;
  CHECK(dequantize_output(index, {1}, {5, 1, 0, 0, 0, 0, 0, 0}).values == std::vector<float>{261});
  CHECK_THROWS_AS(dequantize_output(plan, {3}, {1, 2}), std::logic_error);
}

TEST_CASE("host values: what is not a number cannot be an input") {
  CHECK_THROWS_AS(quantized(input_plan("per-channel", {-1, 2}), {std::nanf("")}), UserError);
}
