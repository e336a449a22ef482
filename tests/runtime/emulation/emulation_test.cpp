// Fake quantization against the reference's integers; sensitivities; bias corrections with the hand vector of
// quantization.md 6.2.
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "runtime/calibrate/calibrate.h"
#include "runtime/emulation/bias_correction.h"
#include "runtime/emulation/fake_quantize.h"
#include "runtime/emulation/sensitivity.h"
#include "runtime/float_network/run_float.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

// w = (0.30, -0.11, 0.07) on a grid of 0.1: (3, -1, 1)
struct HandVector {
  GraphBuilder b;
  QuantPlan plan;
  FloatTensor samples{{2, 3, 1, 1}, {1, 0, 3, 3, 2, 5}};  // means 2, 1, 4
  HandVector() {
    const TensorId x = b.input({1, 3, 1, 1}, {});
    b.node(pointwise(1, 3, {0.30f, -0.11f, 0.07f}, {0.5}), {x}, {1, 1, 1, 1}, {});
    plan.has_values = true;
    plan.tensors.resize(2);
    for (TensorPlan& tensor : plan.tensors) tensor.bits = 32, tensor.inv_step = 65536;
    LinearPlan linear;
    linear.weights.bits = 8, linear.weights.shape = {1, 3, 1, 1}, linear.weights.s8 = {3, -1, 1};
    linear.weight_inv_step = {10};
    plan.nodes.push_back(linear);
  }
  double corrected(const Choice& choice) {
    const Samples all(b.graph, {&samples});
    const Graph graph = correct_biases(b.graph, plan, all, 1, choice);
    return std::get<Conv>(graph.nodes[0].op).bias[0];
  }
};

std::vector<float> bell(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

}  // namespace

TEST_CASE("emulation: values go to the grid by the tensor's own rounding, and saturate") {
  TensorPlan plan;
  plan.bits = 8, plan.is_signed = true, plan.inv_step = 2;
  FloatTensor x{{5}, {0.25f, -0.25f, 0.74f, 100, -100}};
  put_on_grid(plan, x);  // 0.5 rounds up to 1, -0.5 up to 0, 1.48 down to 1
  CHECK(x.values == std::vector<float>{0.5f, 0, 0.5f, 63.5f, -64});
  plan.is_signed = false, plan.zero_point = 1;
  plan.input_rounding = mmasim::isa::InputRounding::half_even_quotient;
  x = {{3}, {0.25f, 0.75f, -2}};
  put_on_grid(plan, x);  // 0.5 to 0, 1.5 to 2; -4 is below -1
  CHECK(x.values == std::vector<float>{0, 1, -0.5f});
}

TEST_CASE("emulation: weights are the plan's integers by their steps") {
  HandVector h;
  const Graph graph = with_quantized_weights(h.b.graph, h.plan);
  const auto& weights = *std::get<Conv>(graph.nodes[0].op).weights.values;
  CHECK(weights == std::vector<float>{0.3f, -0.1f, 0.1f});
  std::get<LinearPlan>(h.plan.nodes[0]).weight_zero_points = {1};
  const Graph affine = with_quantized_weights(h.b.graph, h.plan);
  CHECK(*std::get<Conv>(affine.nodes[0].op).weights.values == std::vector<float>{0.2f, -0.2f, 0});
  std::get<LinearPlan>(h.plan.nodes[0]).weights.s8.clear();
  CHECK_THROWS_AS(with_quantized_weights(h.b.graph, h.plan), std::logic_error);
}

TEST_CASE("emulation: biases take back the shift of the weights' error (hand vector)") {
  // dW = (0, 0.01, 0.03), E[x] = (2, 1, 4): E[dW x] = 0.13
  HandVector h;
  CHECK(h.corrected({"bias_analytic", {}}) == doctest::Approx(0.5 - 0.13).epsilon(1e-5));
  CHECK(h.corrected({"bias_correct", {}}) == doctest::Approx(0.5 - 0.13).epsilon(1e-4));
  // One iteration at full rate; ten, of which the first and the last move a tenth, leave 0.95^2 * 0.5^8.
  CHECK(h.corrected({"bias_iterative", {{"iterations", 1}, {"rate", 1}}}) ==
        doctest::Approx(0.5 - 0.13).epsilon(1e-4));
  CHECK(h.corrected({"bias_iterative", {{"iterations", 10}, {"rate", 0.5}}}) ==
        doctest::Approx(0.5 - 0.13 * (1 - 0.95 * 0.95 * std::pow(0.5, 8))).epsilon(1e-4));
  // The first sample alone: E[x] = (1, 0, 3): 0.09
  CHECK(h.corrected({"bias_analytic", {{"frames", 1}}}) == doctest::Approx(0.5 - 0.09).epsilon(1e-5));
}

TEST_CASE(
    "emulation: in sequence, a layer's mean becomes the float one though those before it are quantized") {
  GraphBuilder b;
  const TensorId x = b.input({1, 4, 5, 5}, {});
  Conv dense = pointwise(6, 4, bell(24, 1), {1, -1, 0, 2, 0, 0});
  const TensorId y = b.node(dense, {x}, {1, 6, 5, 5}, {}, relu());
  const TensorId z = b.node(pointwise(3, 6, bell(18, 2)), {y}, {1, 3, 5, 5}, {});
  const FloatTensor samples{{4, 4, 5, 5}, bell(400, 3)};
  const Ranges ranges = calibrate(b.graph, {samples});
  b.ranges = ranges;
  const QuantPlan plan = b.plan("tidl-p2-dynamic");
  const Samples all(b.graph, {&samples});
  const auto mean_error = [&](const Graph& graph) {
    FakeQuantizer quantizer(plan);
    Graph quantized = with_quantized_weights(graph, plan);
    double worst = 0;
    std::vector<double> exact(3, 0.0), seen(3, 0.0);
    for (int64_t run = 0; run < 4; ++run) {
      all.with_run(run, [&](const quantization::FloatViews& inputs) {
        const auto f = run_float(b.graph, {*inputs[0]});
        const auto q =
            quantization::forward(quantized, inputs, 1, quantization::Lifetime::whole_run, quantizer);
        for (size_t i = 0; i < 75; ++i)
          exact[i / 25] += f[z].values[i] / 100, seen[i / 25] += q[z].values[i] / 100;
      });
    }
    for (size_t c = 0; c < 3; ++c) worst = std::max(worst, std::fabs(exact[c] - seen[c]));
    return worst;
  };
  const double before = mean_error(b.graph);
  const double after = mean_error(correct_biases(b.graph, plan, all, 1, {"bias_correct", {}}));
  CHECK(before > 0.002);
  CHECK(after < before / 4);  // what is left is the rounding of the result itself
}

TEST_CASE("emulation: the sensitivity of a layer is the outputs' noise with it alone quantized") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 2}, {});
  const TensorId y = b.node(Clip{}, {x}, {1, 1, 1, 2}, {}, relu());
  const TensorId z = b.node(Reshape{}, {y}, {1, 2}, {});
  QuantPlan plan;
  plan.has_values = true;
  plan.tensors.resize(3);
  for (TensorPlan& tensor : plan.tensors) tensor.inv_step = 1, tensor.is_signed = false;
  plan.nodes = {SumPlan{}, std::monostate{}};
  const auto tensors = run_float(b.graph, {FloatTensor{{1, 1, 1, 2}, {1.25f, 3}}});
  const auto all = sensitivities(b.graph, plan, tensors, 1);
  REQUIRE(all.size() == 2);
  CHECK(all[0].is_measured);
  // 1.25 becomes 1: noise 0.0625, signal 1.5625 + 9
  CHECK(all[0].sqnr_db.value() == doctest::Approx(10 * std::log10(10.5625 / 0.0625)).epsilon(1e-9));
  CHECK(!all[1].is_measured);
  CHECK(z == 2);
}

TEST_CASE("emulation: corrections that are not in the table are refused") {
  CHECK_THROWS_AS(check_correction({"bias", {}}), UserError);
  CHECK_THROWS_AS(check_correction({"bias_correct", {{"rate", 1}}}), UserError);
  CHECK_NOTHROW(check_correction({"cle", {{"sweeps", 3}}}));
  CHECK_THROWS_AS(check_correction({"bias_absorb", {{"sigmas", -1}}}), UserError);
  CHECK_NOTHROW(check_correction({"threshold_search", {{"exponents", 4}}}));
  CHECK(is_sample_correction("bias_iterative"));
  CHECK(!is_sample_correction("cle"));
}
