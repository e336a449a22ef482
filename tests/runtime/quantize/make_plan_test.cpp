#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "tests/runtime/quantize/every_operator.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

void compare(const std::monostate&, const std::monostate&) {}
void compare(const Requantization& a, const Requantization& b) {
  CHECK(a.has_multiplier == b.has_multiplier);
  CHECK(a.per_channel == b.per_channel);
  CHECK(a.multipliers.size() == b.multipliers.size());
  CHECK(a.shifts.size() == b.shifts.size());
  CHECK(a.rounding == b.rounding);
  CHECK(a.needs_clip == b.needs_clip);
}
void compare(const LinearPlan& a, const LinearPlan& b) {
  CHECK(a.weights.bits == b.weights.bits);
  CHECK(a.weights.shape == b.weights.shape);
  CHECK(a.weight_inv_step.size() == b.weight_inv_step.size());
  CHECK(a.bias.size() == b.bias.size());
  compare(a.requant, b.requant);
}
void compare(const SumPlan& a, const SumPlan& b) {
  CHECK(a.multipliers.size() == b.multipliers.size());
  REQUIRE(a.requants.size() == b.requants.size());
  for (size_t i = 0; i < a.requants.size(); ++i) compare(a.requants[i], b.requants[i]);
}
void compare(const ProductPlan& a, const ProductPlan& b) { compare(a.requant, b.requant); }
void compare(const PoolPlan& a, const PoolPlan& b) {
  CHECK(a.reciprocals.size() == b.reciprocals.size());
  compare(a.requant, b.requant);
}
void compare(const LookupPlan& a, const LookupPlan& b) {
  CHECK(a.fraction_bits == b.fraction_bits);
  CHECK(a.table.size() == b.table.size());
}
void compare(const PreluPlan& a, const PreluPlan& b) {
  CHECK(a.slopes.size() == b.slopes.size());
  compare(a.requant, b.requant);
}
void compare(const SoftmaxPlan& a, const SoftmaxPlan& b) {
  CHECK(a.fraction_bits == b.fraction_bits);
  CHECK(a.table.size() == b.table.size());
  CHECK(a.bits == b.bits);
}
void compare(const ResizePlan&, const ResizePlan&) {}
void compare(const RealPlan&, const RealPlan&) {}
void compare(const DynamicPlan& a, const DynamicPlan& b) {
  compare(a.product, b.product);
  CHECK(a.steps.size() == b.steps.size());
  CHECK(a.bias.size() == b.bias.size());
}
void compare(const QuantizePlan&, const QuantizePlan&) {}
void compare(const DequantizePlan&, const DequantizePlan&) {}

void compare_structure(const QuantPlan& a, const QuantPlan& b) {
  REQUIRE(a.tensors.size() == b.tensors.size());
  REQUIRE(a.nodes.size() == b.nodes.size());
  for (size_t i = 0; i < a.tensors.size(); ++i) {
    CAPTURE(i);
    CHECK(a.tensors[i].bits == b.tensors[i].bits);
    CHECK(a.tensors[i].is_signed == b.tensors[i].is_signed);
    CHECK(a.tensors[i].input_rounding == b.tensors[i].input_rounding);
  }
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    CAPTURE(i);
    REQUIRE(a.nodes[i].index() == b.nodes[i].index());
    std::visit([&](const auto& plan) { compare(plan, std::get<std::decay_t<decltype(plan)>>(b.nodes[i])); },
               a.nodes[i]);
  }
}

Graph without_values(Graph graph) {
  for (Node& node : graph.nodes) {
    if (auto* conv = std::get_if<Conv>(&node.op)) conv->weights.values = nullptr;
    if (auto* conv = std::get_if<ConvTranspose>(&node.op)) conv->weights.values = nullptr;
    if (auto* gemm = std::get_if<Gemm>(&node.op)) gemm->weights.values = nullptr;
    if (auto* norm = std::get_if<BatchNorm>(&node.op)) {
      norm->scale.clear();
      norm->shift.clear();
    }
    if (auto* prelu = std::get_if<Prelu>(&node.op)) prelu->slopes.clear();
  }
  return graph;
}

}  // namespace

TEST_CASE(
    "make_plan: the structure without values is the structure with them, for every preset and precision") {
  const GraphBuilder b = every_operator();
  verify(b.graph);
  for (const char* precision : {"int8", "int16", "int32"}) {
    for (const PresetInfo& preset : presets_with(precision)) {
      CAPTURE(preset.name);
      CAPTURE(precision);
      const QuantSpec spec = resolve_preset(preset.name, precision);
      const QuantPlan values = make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
      const QuantPlan structure = make_plan_structure(without_values(b.graph), make_recipe(b.graph, spec));
      CHECK(values.has_values);
      CHECK_FALSE(structure.has_values);
      compare_structure(values, structure);
      compare_structure(values, make_plan_structure(b.graph, make_recipe(b.graph, spec)));
      CHECK(std::get<LinearPlan>(structure.nodes[0]).weights.s8.empty());
    }
  }
}

TEST_CASE("make_plan: other ranges and weights change no structure but the sign of a network input") {
  GraphBuilder b = every_operator();
  const QuantPlan first = b.plan("tidl-np2-fixed");
  for (Range& range : b.ranges) range = {range.low * 1e-3, range.high * 1e4};
  b.ranges[0] = {0, 255};
  QuantPlan second = b.plan("tidl-np2-fixed");
  CHECK(first.tensors[0].is_signed);
  CHECK_FALSE(second.tensors[0].is_signed);
  second.tensors[0].is_signed = true;
  compare_structure(first, second);
}

TEST_CASE("make_plan: operators that move values keep the grid of their input") {
  const QuantPlan plan = every_operator().plan("per-channel");
  const Graph graph = every_operator().graph;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!std::holds_alternative<std::monostate>(plan.nodes[i]) ||
        plan.tensors[graph.nodes[i].output].bits == 64)
      continue;
    const TensorPlan &x = plan.tensors[graph.nodes[i].inputs[0]], &y = plan.tensors[graph.nodes[i].output];
    CHECK(x.inv_step == y.inv_step);
    CHECK(x.zero_point == y.zero_point);
    CHECK(y.source == "same as " + graph.tensors[graph.nodes[i].inputs[0]].name);
  }
  CHECK(std::count_if(plan.tensors.begin(), plan.tensors.end(),
                      [](const TensorPlan& t) { return t.bits == 64; }) == 1);
}

TEST_CASE("make_plan: an activation on an operator that keeps its integers is a bug, not a silent loss") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 2, 2}, {-1, 1});
  b.node(MaxPool{}, {x}, {1, 1, 2, 2}, {0, 1}, relu());
  CHECK_THROWS_AS(b.plan("tidl-np2-fixed"), std::logic_error);
}

TEST_CASE("make_plan: a plan with values asks for weights with values") {
  GraphBuilder b = every_operator();
  b.graph = without_values(b.graph);
  CHECK_THROWS_AS(b.plan("tidl-np2-fixed"), std::logic_error);
}

TEST_CASE("make_plan: consuming the weights plans the same and leaves the graph without their values") {
  GraphBuilder b = every_operator();
  const QuantSpec spec = resolve_preset("per-channel", "int8");
  const QuantPlan kept = make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
  const QuantPlan consumed = make_plan_consuming_weights(b.graph, make_recipe(b.graph, spec), b.ranges);
  CHECK(to_yaml(b.graph, consumed) == to_yaml(b.graph, kept));
  REQUIRE(consumed.nodes.size() == kept.nodes.size());
  for (size_t i = 0; i < kept.nodes.size(); ++i) {
    const auto* linear = std::get_if<LinearPlan>(&kept.nodes[i]);
    if (linear == nullptr) continue;
    CHECK(std::get<LinearPlan>(consumed.nodes[i]).weights.s8 == linear->weights.s8);
    CHECK_FALSE(linear->weights.s8.empty());
    if (const auto* conv = std::get_if<Conv>(&b.graph.nodes[i].op))
      CHECK_FALSE(conv->weights.values.operator bool());
    if (const auto* conv = std::get_if<ConvTranspose>(&b.graph.nodes[i].op))
      CHECK_FALSE(conv->weights.values.operator bool());
    if (const auto* gemm = std::get_if<Gemm>(&b.graph.nodes[i].op))
      CHECK_FALSE(gemm->weights.values.operator bool());
  }
}

TEST_CASE("make_plan: tensors without a range are warned of once, with their number") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 2, 2}, {0, 0});
  const TensorId grey = b.input({1, 1, 2, 2}, {0.5, 0.5});
  const TensorId zero = b.node(pointwise(1, 1, {1}), {x}, {1, 1, 2, 2}, {0, 0});
  b.node(Add{}, {zero, grey}, {1, 1, 2, 2}, {0.5, 0.5});
  const std::vector<std::string> expected = {
      "calibration gave no range to 3 of 4 tensors: zero in every sample, or an input of one value; their "
      "steps are guesses"};
  for (const PresetInfo& preset : presets_with("int8")) CHECK(b.plan(preset.name).warnings == expected);
  // an input of one element has but one value, and a structure has no samples
  GraphBuilder one;
  const TensorId rate = one.input({1}, {0.5, 0.5});
  one.node(Clip{}, {rate}, {1}, {0.5, 0.5}, relu());
  CHECK(one.plan("tidl-np2-fixed").warnings.empty());
  CHECK(make_plan_structure(b.graph, make_recipe(b.graph, resolve_preset("per-channel", "int8")))
            .warnings.empty());
}
