// A verification that finds what differs: on a network small enough to know every integer.
#include "sim/experiment/verification.h"

#include <doctest/doctest.h>

#include "isa/semantics/memory.h"
#include "runtime/quantize/quantize.h"
#include "sim/experiment/pipeline.h"
#include "sim/inputs/placed_tensor.h"

using namespace mmasim;

namespace {

// Two pools of one cell: all three tensors hold the same integers.
runtime::Graph two_pools() {
  runtime::Graph graph;
  graph.name = "two pools";
  for (const auto* name : {"x", "a", "y"}) graph.tensors.push_back({name, {1, 2, 1, 2}});
  for (const runtime::TensorId input : {0u, 1u}) {
    runtime::Node node;
    node.name = input == 0 ? "first" : "second";
    node.op = runtime::MaxPool{};
    node.inputs = {input};
    node.output = input + 1;
    graph.nodes.push_back(node);
  }
  graph.inputs = {0};
  graph.outputs = {2};
  return graph;
}

// A program that only says where tensors lie: the test plays its part.
isa::Program placements() {
  isa::Program program;
  isa::TensorPlacement placed;
  placed.shape = {1, 2, 1, 2};
  placed.strides_bytes = {4, 2, 2, 1};
  placed.element = isa::Element::s8;
  placed.name = "y";
  placed.address = isa::Address::in(isa::Space::ddr, 0);
  program.outputs = {placed};
  placed.name = "a";
  placed.address = isa::Address::in(isa::Space::ddr, 4);
  placed.ready_token = 5;
  placed.ready_count = 2;
  program.intermediates = {placed};
  return program;
}

struct Bench {
  runtime::Graph graph = two_pools();
  isa::Program program = placements();
  runtime::QuantPlan plan = runtime::make_plan(
      graph, runtime::make_recipe(graph, runtime::resolve_preset("tidl-np2-fixed", "int8")),
      {{-1, 1}, {-1, 1}, {-1, 1}});
  std::vector<uint8_t> x{1, 254, 3, 4};  // 1, -2, 3, 4; a pool of one cell keeps them
  isa::OwnedMemory memory{isa::Machine{}, 8};
  sim::Progress progress{sim::Loudness::quiet};

  sim::Verification verification(const std::string& mode) {
    return {graph, plan, program, {x}, mode, progress};
  }
  void put(const std::vector<uint8_t>& bytes) {
    sim::write_tensor(memory.view(), program.intermediates[0], bytes);
  }
};

}  // namespace

TEST_CASE("verification: equal outputs have no mismatch") {
  Bench bench;
  const auto result = bench.verification("outputs").finish({bench.x});
  CHECK(result.mode == "outputs");
  CHECK(result.compared_tensors == 1);
  CHECK(result.compared_values == 4);
  CHECK(result.mismatches == 0);
  CHECK(result.differences.empty());
}

TEST_CASE(
    "verification: every value that differs counts, the first is told with its index and both integers") {
  Bench bench;
  const auto result = bench.verification("outputs").finish({{1, 7, 3, 5}});
  CHECK(result.mismatches == 2);
  REQUIRE(result.differences.size() == 1);
  CHECK(result.differences[0] == "tensor y: 2 of 4 values differ, first at [0, 0, 0, 1]: 7, reference -2");
}

TEST_CASE("verification: an intermediate is looked at when its token reaches its count, and only then") {
  Bench bench;
  auto verification = bench.verification("layers");
  bench.put({9, 9, 9, 9});
  verification.watch(bench.memory.view(), 5, 1);
  verification.watch(bench.memory.view(), 4, 2);
  bench.put(bench.x);
  verification.watch(bench.memory.view(), 5, 2);
  bench.put({9, 9, 9, 9});  // overwritten by whatever comes later
  verification.watch(bench.memory.view(), 5, 3);
  const auto result = verification.finish({bench.x});
  CHECK(result.compared_tensors == 2);
  CHECK(result.compared_values == 8);
  CHECK(result.mismatches == 0);
}

TEST_CASE("verification: a wrong intermediate is found although the output is right") {
  Bench bench;
  auto verification = bench.verification("layers");
  bench.put({1, 254, 2, 4});
  verification.watch(bench.memory.view(), 5, 2);
  const auto result = verification.finish({bench.x});
  CHECK(result.mismatches == 1);
  REQUIRE(result.differences.size() == 1);
  CHECK(result.differences[0] == "tensor a: 1 of 4 values differ, first at [0, 1, 0, 0]: 2, reference 3");
}

TEST_CASE("verification: an intermediate that never becomes whole is different in every value") {
  Bench bench;
  const auto result = bench.verification("layers").finish({bench.x});
  CHECK(result.mismatches == 4);
  REQUIRE(result.differences.size() == 1);
  CHECK(result.differences[0] == "tensor a never became whole: token 5 did not reach 2");
}
