// The walk over a network: all tensors come back, and what is not consistent is a bug that says so.
#include "runtime/reference/reference.h"

#include <doctest/doctest.h>

#include "runtime/user_error.h"
#include "tests/runtime/reference/one_node.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

OneNode clip_node() { return {Clip{}, SumPlan{{1}, {shift_only(1, kS8)}}, {{kS8, {2}, {7, -7}}}, kS8, {2}}; }

}  // namespace

TEST_CASE("reference: every tensor of the network is returned, inputs and intermediates too") {
  OneNode first = clip_node();
  Graph graph = first.graph();
  QuantPlan plan = first.quant_plan();
  graph.tensors.push_back({"z", {2}});
  plan.tensors.push_back(kS8);
  graph.nodes.push_back(graph.nodes[0]);
  graph.nodes[1].inputs = {1};
  graph.nodes[1].output = 2;
  graph.outputs = {2};
  plan.nodes.push_back(plan.nodes[0]);
  const std::vector<IntegerTensor> tensors = run_reference(graph, plan, {{{2}, {7, -7}}});
  REQUIRE(tensors.size() == 3);
  CHECK(tensors[0].values == Integers{7, -7});
  CHECK(tensors[1].values == Integers{4, -3});  // 3.5 and -3.5 go up
  CHECK(tensors[2].values == Integers{2, -1});  // -1.5 goes up
  CHECK(tensors[2].shape == Shape{2});
}

TEST_CASE("reference: a plan without values, a wrong input count, a value outside its element are bugs") {
  const OneNode node = clip_node();
  QuantPlan no_values = node.quant_plan();
  no_values.has_values = false;
  CHECK_THROWS_AS(run_reference(node.graph(), no_values, {{{2}, {0, 0}}}), std::logic_error);
  CHECK_THROWS_AS(run_reference(node.graph(), node.quant_plan(), {}), std::logic_error);
  CHECK_THROWS_AS(run_reference(node.graph(), node.quant_plan(), {{{3}, {0, 0, 0}}}), std::logic_error);
  CHECK_THROWS_WITH_AS(run_reference(node.graph(), node.quant_plan(), {{{2}, {0, 128}}}),
                       "reference: tensor 'x0' holds 128, which is not in -128..127", std::logic_error);
}

TEST_CASE("reference: a node with another operator's plan is a bug that names the node") {
  OneNode node = clip_node();
  node.plan = PoolPlan{};
  CHECK_THROWS_WITH_AS(node.run(), "node 'node' (Clip) has plan kind 4, which is not its operator's",
                       std::logic_error);
}

TEST_CASE("reference: with the policy trap an overflow ends the run and names the node") {
  const int64_t depth = 70000;  // 70000 * 255 * 127 > 2^31
  OneNode node{Gemm{},
               linear(array(8, {1, depth}, Integers(depth, 127)), {0}, shift_only(24, kS8)),
               {{kU8, {1, depth}, Integers(depth, 255)}},
               kS8,
               {1, 1}};
  node.overflow = isa::Overflow::trap;
  CHECK_THROWS_WITH_AS(
      node.run(), "reference: node 'node': 1 accumulators left their width, and the overflow policy is trap",
      UserError);
}
