// Weights in fewer bits: worked examples (quantization.md 4.15).
#include "runtime/quantize/compress.h"

#include <doctest/doctest.h>

#include <cmath>

#include "runtime/quantize/domains.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using quantization::cluster;

namespace {

// A pointwise convolution of 2 channels to 2, with these weights, under a preset.
RealPlan planned(std::vector<float> weights, const std::string& preset,
                 const std::vector<std::string>& set = {}) {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {-1, 1});
  b.node(pointwise(2, 2, std::move(weights), {0.5, -1}), {x}, {1, 2, 1, 1}, {-9, 9}, relu());
  const QuantSpec spec = resolve_preset(preset, "preset", set);
  return std::get<RealPlan>(make_plan(b.graph, make_recipe(b.graph, spec), b.ranges).nodes.at(0));
}

}  // namespace

TEST_CASE("compress: k-means of 0, 0.1, 0.2, 1, 1.1, 5 with four centroids") {
  // from 0, 5/3, 10/3, 5: members {0, .1, .2}, {1, 1.1}, none, {5}; means .1, 1.05, (10/3), 5
  const std::vector<float> values = {0, .1f, .2f, 1, 1.1f, 5};
  const auto book = cluster(values, 4);
  CHECK(book.indices == std::vector<uint8_t>{0, 0, 0, 1, 1, 3});
  CHECK(book.centroids[0] == doctest::Approx(.1));
  CHECK(book.centroids[1] == doctest::Approx(1.05));
  CHECK(book.centroids[2] == doctest::Approx(10.0 / 3));
  CHECK(book.centroids[3] == 5);
  double error = 0;
  for (size_t i = 0; i < values.size(); ++i)
    error += std::pow(static_cast<double>(values[i]) - book.centroids[book.indices[i]], 2) / 6;
  CHECK(error == doctest::Approx(4.1667e-3).epsilon(1e-4));
}

TEST_CASE("compress: k-means where all values are one, and where there is one centroid") {
  CHECK(cluster({2, 2, 2}, 4).indices == std::vector<uint8_t>{0, 0, 0});  // all equal: the lowest
  CHECK(cluster({1, 3}, 1).centroids == std::vector<double>{2});
}

TEST_CASE("compress: weights of a codebook are its entries, rounded to binary16") {
  const RealPlan plan = planned({0, 1, 1, 1.0f / 3}, "weight-only-kmeans", {"compress.bits=2"});
  CHECK(plan.stored.form == StoredWeights::Form::indices);
  CHECK(plan.stored.indices == std::vector<uint8_t>{0, 3, 3, 1});
  CHECK(plan.stored.codebook[1] == 0.333251953125f);  // 1365 / 4096
  CHECK(plan.weights == std::vector<float>{0, 1, 1, 0.333251953125f});
}

TEST_CASE("compress: 8-bit weights per channel keep the small channel of [[10, -4], [0.1, 0.04]]") {
  // steps 10/127 and 0.1/127: 127, -50.8 -> -51; 127, 50.8 -> 51
  const RealPlan plan = planned({10, -4, .1f, .04f}, "weight-only-int8");
  CHECK(plan.stored.form == StoredWeights::Form::s8);
  CHECK(integers(plan.stored.integers) == std::vector<int64_t>{127, -51, 127, 51});
  REQUIRE(plan.stored.steps.size() == 2);
  CHECK(plan.stored.steps[0] == static_cast<float>(10.0 / 127));
  CHECK(plan.weights[1] == -51 * plan.stored.steps[0]);
  CHECK(plan.bias == std::vector<float>{0.5f, -1});
  CHECK(plan.low == 0);
}

TEST_CASE("compress: binary16 weights are rounded to nearest even") {
  const RealPlan plan = planned({1, 1.00048828125f, 0.1f, -65519}, "weight-only-fp16");  // 1 + 2^-11 is a tie
  CHECK(plan.weights == std::vector<float>{1, 1, 0.0999755859375f, -65504});
}

TEST_CASE("domains: a conversion stands at each border, once per tensor") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 1}, {-1, 1});
  const TensorId y = b.node(pointwise(2, 2, {1, 2, 3, 4}), {x}, {1, 2, 1, 1}, {-3, 7});
  b.node(Add{}, {y, x}, {1, 2, 1, 1}, {-4, 8});
  QuantSpec spec = resolve_preset("tidl-np2-fixed", "preset");
  spec.overrides.push_back({"op:Conv", "test", {{"mode", "float", "test"}}});
  Recipe recipe = make_recipe(b.graph, spec);
  CHECK(recipe.precision == "mixed");
  REQUIRE(needs_conversions(b.graph, recipe));
  insert_conversions(b.graph, recipe, &b.ranges);
  REQUIRE(b.graph.nodes.size() == 4);  // x to real, Conv, y to integers, Add
  const QuantPlan plan = make_plan(b.graph, recipe, b.ranges);
  CHECK(std::holds_alternative<DequantizePlan>(plan.nodes[0]));
  CHECK(std::holds_alternative<RealPlan>(plan.nodes[1]));
  CHECK(std::holds_alternative<QuantizePlan>(plan.nodes[2]));
  CHECK(std::holds_alternative<SumPlan>(plan.nodes[3]));
  // -3..7, signed: 128 levels to 7, as of a network input
  const TensorPlan& back = plan.tensors[b.graph.nodes[2].output];
  CHECK(back.is_signed);
  CHECK(back.inv_step == 128.0 / 7);
  CHECK(std::get<QuantizePlan>(plan.nodes[2]).step == static_cast<float>(7.0 / 128));
}

TEST_CASE("domains: choices that contradict each other are refused") {
  const auto error_of = [](const std::vector<std::string>& set) -> std::string {
    try {
      resolve_preset("tidl-np2-fixed", "preset", set);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(error_of({"mode=weight_only"}) ==
        "quantization 'tidl-np2-fixed': mode weight_only needs compress.kind; expected int8, fp16 or kmeans");
  CHECK(error_of({"compress.kind=fp16"}) ==
        "quantization 'tidl-np2-fixed': compress.kind needs mode weight_only; expected none");
  CHECK(error_of({"mode=dynamic", "weight.bits=16"}) ==
        "quantization 'tidl-np2-fixed': mode dynamic multiplies in 8 bits; weight.bits is 16, expected 8");
  CHECK(error_of({"mode=float"}) == "");
  CHECK_THROWS_AS(resolve_preset("dynamic", "int16"), UserError);
}
