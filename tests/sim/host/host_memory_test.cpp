#include "sim/host/host_memory.h"

#include <doctest/doctest.h>

#include "runtime/user_error.h"

using namespace mmasim;
using namespace mmasim::runtime;

namespace {

// x (100 elements) -> a (300) and b (50); a -> c (200); b + c -> y (200)
Graph diamond() {
  Graph graph;
  graph.tensors = {{"x", {100}}, {"a", {300}}, {"b", {50}}, {"c", {200}}, {"y", {200}}};
  const auto node = [](std::vector<TensorId> inputs, TensorId output) {
    Node made;
    made.op = Clip{};
    made.inputs = std::move(inputs);
    made.output = output;
    return made;
  };
  graph.nodes = {node({0}, 1), node({0}, 2), node({1}, 3), node({2, 3}, 4)};
  graph.inputs = {0};
  graph.outputs = {4};
  return graph;
}

}  // namespace

TEST_CASE("host memory: the most that is alive at once, inputs throughout") {
  // x + a = 400; x + a + b = 450; x + a + b + c = 650, then a dies; x + b + c + y = 550.
  CHECK(sim::float_bytes_alive(diamond()) == 650 * 4);
}

TEST_CASE("host memory: a network whose values do not fit is the user's mistake, said in one line") {
  CHECK_NOTHROW(sim::check_host_memory(diamond(), "net.onnx", 2600));
  CHECK_THROWS_WITH_AS(sim::check_host_memory(diamond(), "net.onnx", 2599),
                       "net.onnx: its values in float32 take 2600 bytes at once; this host has 2599 "
                       "(--timing-only makes none)",
                       UserError);
  CHECK(sim::host_memory_bytes() > 2600);
}
