// Vectors of quantization.md that belong to no single system: what other tools print or compute, and
// identities that every datapath relies on.
#include <doctest/doctest.h>

#include "isa/arithmetic.h"
#include "runtime/quantize/host_values.h"
#include "tests/kit/property.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

TEST_CASE(
    "vectors: an affine input is quantized as ONNX's QuantizeLinear does it, ties and saturation included") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {-128, 127});  // step 1, zero point 128
  b.node(pointwise(1, 1, {1.0f}), {x}, {1, 1, 1, 1}, {-128, 127});
  const TensorPlan plan = b.plan("per-channel").tensors[x];
  REQUIRE(plan.zero_point == 128);
  REQUIRE(plan.inv_step == 1);
  // onnxruntime's int8 answers, 128 higher: half to even first, then the zero point, then saturation
  const std::vector<float> values = {0.5f,   1.5f, 2.5f,    -0.5f,   -1.5f,       -2.5f,
                                     127.5f, 300,  -128.5f, -300.0f, 0.49999997f, 3.5f};
  const std::vector<int> answers = {0, 2, 2, 0, -2, -2, 127, 127, -128, -128, 0, 4};
  const auto bytes = quantize_input(plan, {{static_cast<int64_t>(values.size())}, values});
  REQUIRE(bytes.size() == answers.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(values[i]);
    CHECK(int{bytes[i]} - 128 == answers[i]);
  }
}

TEST_CASE("vectors: the weight scale of TIDL's documentation is 128 over the largest weight") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {0.00886716694f}), {x}, {1, 1, 1, 1}, {0, 1});
  const QuantPlan plan = b.plan("tidl-np2-fixed");
  const auto& conv = std::get<LinearPlan>(plan.nodes[0]);
  CHECK(conv.weight_inv_step[0] == doctest::Approx(14435.275).epsilon(1e-6));
  CHECK(integers(conv.weights) == std::vector<int64_t>{127});  // 128 saturates
}

TEST_CASE("vectors: a product of 16 bits is the sum of four products of its halves, low halves unsigned") {
  CHECK(tests::holds([] {
    const auto a = tests::draw_any<int16_t>(), w = tests::draw_any<int16_t>();
    const auto high = [](int16_t v) { return isa::shift_round(v, 8, isa::Rounding::floor); };
    const auto low = [](int16_t v) { return isa::Wide{v & 0xff}; };
    const isa::Wide sum =
        high(a) * high(w) * 65536 + (high(a) * low(w) + low(a) * high(w)) * 256 + low(a) * low(w);
    return sum == isa::Wide{a} * w;
  }));
}

TEST_CASE(
    "vectors: two roundings are one if the first loses nothing, and half away can differ from one rounding "
    "else") {
  CHECK(tests::holds([] {
    const auto v = tests::draw_any<int32_t>();
    const int first = tests::draw_any<uint8_t>() % 8, second = 1 + tests::draw_any<uint8_t>() % 8;
    const isa::Wide exact = isa::Wide{v} * (1 << first);
    for (const auto rounding : {isa::Rounding::half_up, isa::Rounding::half_even, isa::Rounding::half_away}) {
      const auto twice = isa::shift_round(isa::shift_round(exact, first, rounding), second, rounding);
      PROPERTY_ASSERT(twice == isa::shift_round(exact, first + second, rounding));
    }
  }));
  // 7 / 16 = 0.44 rounds to 0; 7 / 8 = 0.88 to 1 first, and 1 / 2 to 1 then
  CHECK(isa::shift_round(7, 4, isa::Rounding::half_away) == 0);
  CHECK(isa::shift_round(isa::shift_round(7, 3, isa::Rounding::half_away), 1, isa::Rounding::half_away) == 1);
}
