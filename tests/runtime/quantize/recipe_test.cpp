// Recipes: which node gets which choices, and where operands are widened.
#include "runtime/quantize/recipe.h"

#include <doctest/doctest.h>

#include "runtime/quantize/widen.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

// Conv0 -> MaxPool1 -> Conv2
GraphBuilder two_convolutions() {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 2, 2}, {0, 1});
  const TensorId y = b.node(pointwise(1, 1, {0.5f}), {x}, {1, 1, 2, 2}, {0, 0.5}, relu());
  const TensorId z = b.node(MaxPool{}, {y}, {1, 1, 2, 2}, {0, 0.5});
  b.node(pointwise(1, 1, {0.5f}), {z}, {1, 1, 2, 2}, {0, 0.25}, relu());
  return b;
}

QuantSpec spec_with(const std::string& match, std::vector<QuantSetting> settings) {
  QuantSpec spec = resolve_preset("tidl-np2-fixed", "preset");
  spec.overrides.push_back({match, "file:1:1", std::move(settings)});
  return spec;
}

}  // namespace

TEST_CASE("recipe: an override changes the nodes it matches and no others, and is told as their origin") {
  const GraphBuilder b = two_convolutions();
  const Recipe recipe = make_recipe(b.graph, spec_with("name:Conv2", {{"act.bits", "16", "file:2:3"}}));
  CHECK(recipe.nodes[0].act_bits == 8);
  CHECK(recipe.nodes[2].act_bits == 16);
  CHECK(recipe.precision == "mixed");
  CHECK(recipe.warnings.empty());
  const ChoiceOrigin& last = recipe.origins.back();
  CHECK(last.subject == "Conv2");
  CHECK(last.key == "act.bits");
  CHECK(last.value == "16");
  CHECK(last.origin == "file:2:3");
}

TEST_CASE("recipe: an override that matches nothing is warned of") {
  const GraphBuilder b = two_convolutions();
  const Recipe recipe = make_recipe(b.graph, spec_with("name:Conv9", {{"act.bits", "16", "file:2:3"}}));
  CHECK(recipe.precision == "int8");
  CHECK(recipe.warnings ==
        std::vector<std::string>{
            "file:1:1: override 'name:Conv9' matches no node and no input of the network"});
}

TEST_CASE("recipe: tensors that keep their grid keep their width, whatever an override says") {
  const GraphBuilder b = two_convolutions();
  const Recipe recipe = make_recipe(b.graph, spec_with("op:MaxPool", {{"act.bits", "16", "file:2:3"}}));
  CHECK(tensor_bits(b.graph, recipe) == std::vector<uint32_t>{8, 8, 8, 8});
  CHECK(recipe.precision == "int8");
}

TEST_CASE("recipe: wider weights widen the tensor they meet, exactly, and only it") {
  GraphBuilder b = two_convolutions();
  Recipe recipe = make_recipe(b.graph, spec_with("name:Conv2", {{"weight.bits", "32", "file:2:3"}}));
  REQUIRE(needs_widening(b.graph, recipe));
  insert_widening(b.graph, recipe, &b.ranges);
  verify(b.graph);
  CHECK_FALSE(needs_widening(b.graph, recipe));
  REQUIRE(b.graph.nodes.size() == 4);
  CHECK(b.graph.nodes[2].name == "MaxPool1_out:int32");
  const QuantPlan plan = make_plan(b.graph, recipe, b.ranges);
  const TensorPlan &narrow = plan.tensors[2], &wide = plan.tensors[4];
  CHECK(narrow.bits == 8);
  CHECK(wide.bits == 32);
  // a range up to 0.5 in 8 bits unsigned and 32 bits signed: 2^31 / 2^8 times as fine
  CHECK(wide.inv_step == 8388608 * narrow.inv_step);
  const auto& conv = std::get<LinearPlan>(plan.nodes[3]);
  CHECK(conv.weights.bits == 32);
  CHECK(conv.accumulator.bits == 128);
  CHECK(plan.tensors[3].bits == 8);
  CHECK(std::get<LinearPlan>(plan.nodes[0]).accumulator.bits == 32);
}

TEST_CASE("recipe: weights of 16 bits for features of 8 stay as they are, but no sum leaves 32 bits") {
  const auto plan_of = [](int64_t inputs) {
    GraphBuilder b;
    const TensorId x = b.input({1, inputs, 1, 1}, {0, 1});
    b.node(pointwise(1, inputs, std::vector<float>(static_cast<size_t>(inputs), 1.0f)), {x}, {1, 1, 1, 1},
           {0, static_cast<double>(inputs)});
    const Recipe recipe = make_recipe(b.graph, spec_with("op:Conv", {{"weight.bits", "16", "file:2:3"}}));
    CHECK_FALSE(needs_widening(b.graph, recipe));
    return make_plan(b.graph, recipe, b.ranges);
  };
  const auto plan = plan_of(256);  // 256 * 32767 * 255 = 2139029760 < 2^31
  const auto& conv = std::get<LinearPlan>(plan.nodes[0]);
  CHECK(plan.precision == "mixed");
  CHECK(plan.tensors[0].bits == 8);
  CHECK(conv.weights.bits == 16);
  CHECK(conv.accumulator.bits == 32);
  CHECK(conv.weight_inv_step == std::vector<double>{32768});
  CHECK(integers(conv.weights)[0] == 32767);
  const auto longer = plan_of(512);  // twice as much, so weights of 2^14: 512 * 16384 * 255 = 2139095040
  CHECK(std::get<LinearPlan>(longer.nodes[0]).weight_inv_step == std::vector<double>{16384});
  CHECK(longer.warnings ==
        std::vector<std::string>{"node 'Conv0': weight inv_step lowered by up to 2^1 so that "
                                 "every sum fits 32 bits"});
}

TEST_CASE("recipe: layers of mixed.layers have 16 bits, unless an override says otherwise") {
  const GraphBuilder b = two_convolutions();
  QuantSpec spec = resolve_preset("tidl-np2-fixed", "preset", {"mixed.layers=Conv0,Conv2,Conv9"});
  spec.overrides.push_back({"name:Conv2", "file:1:1", {{"act.bits", "8", "file:1:9"}}});
  const Recipe recipe = make_recipe(b.graph, spec);
  CHECK(recipe.precision == "mixed");
  CHECK(recipe.nodes[0].weight_bits == 16);
  CHECK(recipe.nodes[0].act_bits == 16);
  CHECK(recipe.nodes[2].weight_bits == 16);
  CHECK(recipe.nodes[2].act_bits == 8);
  CHECK(recipe.warnings == std::vector<std::string>{"mixed.layers: the network has no node 'Conv9'"});
}

TEST_CASE("recipe: narrow weights in wide features are stored as wide as the features") {
  const GraphBuilder b = two_convolutions();
  QuantSpec spec = resolve_preset("tidl-np2-fixed", "preset", {"act.bits=16", "weight.bits=4"});
  const QuantPlan plan = make_plan(b.graph, make_recipe(b.graph, spec), b.ranges);
  const auto& conv = std::get<LinearPlan>(plan.nodes[0]);
  CHECK(conv.weights.bits == 16);
  CHECK(integers(conv.weights) == std::vector<int64_t>{7});  // 2^3 levels: +absmax saturates
  CHECK(conv.weight_inv_step == std::vector<double>{16});    // 2^3 / 0.5
}
