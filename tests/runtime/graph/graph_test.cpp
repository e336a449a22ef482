#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "runtime/graph/graph.h"

using namespace mmasim::runtime;

namespace {

// x[1,4,5,5] -> 3x3 convolution in two groups -> y[1,6,3,3] -> rows[1,54] -> Gemm -> z[1,10]
Graph small_network() {
  Graph graph;
  graph.tensors = {{"x", {1, 4, 5, 5}}, {"y", {1, 6, 3, 3}}, {"rows", {1, 54}}, {"z", {1, 10}}};
  graph.inputs = {0};
  graph.outputs = {3};
  Conv conv;
  conv.window.kernel = {3, 3};
  conv.groups = 2;
  conv.weights.shape = {6, 2, 3, 3};
  Gemm gemm;
  gemm.weights.shape = {10, 54};
  graph.nodes = {{"conv", {"conv"}, conv, {}, {0}, 1},
                 {"flatten", {"flatten"}, Reshape{}, {}, {1}, 2},
                 {"gemm", {"gemm"}, gemm, {}, {2}, 3}};
  return graph;
}

}  // namespace

TEST_CASE("graph: elements are the product of the dimensions, one for a scalar") {
  CHECK(element_count({2, 3, 5}) == 30);
  CHECK(element_count({}) == 1);
  CHECK_THROWS_AS(element_count({int64_t{1} << 32, int64_t{1} << 32}), std::overflow_error);
}

TEST_CASE("graph: a convolution multiplies each output element by its group's filter") {
  const Graph graph = small_network();
  CHECK(macs(graph, graph.nodes[0]) == 6 * 3 * 3 * (2 * 3 * 3));
  CHECK(macs(graph, graph.nodes[1]) == 0);
  CHECK(macs(graph, graph.nodes[2]) == 54 * 10);
  CHECK(macs(graph) == 972 + 540);
}

TEST_CASE("graph: a transposed convolution multiplies each input element by the filters it spreads over") {
  Graph graph;
  graph.tensors = {{"x", {1, 4, 5, 5}}, {"y", {1, 6, 11, 11}}};
  graph.inputs = {0};
  graph.outputs = {1};
  ConvTranspose conv;
  conv.window.kernel = {3, 3};
  conv.window.stride = {2, 2};
  conv.weights.shape = {4, 6, 3, 3};
  graph.nodes = {{"up", {"up"}, conv, {}, {0}, 1}};
  verify(graph);
  CHECK(macs(graph) == 4 * 5 * 5 * (6 * 3 * 3));
}

TEST_CASE("graph: producer and consumers of a tensor") {
  const Graph graph = small_network();
  CHECK_FALSE(graph.producer(0).has_value());
  CHECK(graph.producer(2) == NodeId{1});
  CHECK(graph.consumers(1) == std::vector<NodeId>{1});
  CHECK(graph.consumers(3).empty());
}

TEST_CASE("graph: operators have names") {
  CHECK(std::string(operator_name(Conv{})) == "Conv");
  CHECK(std::string(operator_name(GlobalAveragePool{})) == "GlobalAveragePool");
  CHECK(std::string(operator_name(Resize{})) == "Resize");
  CHECK(std::string(operator_name(Unary{Unary::Kind::hard_swish, 0, 0})) == "HardSwish");
}

TEST_CASE("graph: macs of four identical frames are four times those of one") {
  Graph graph = small_network();
  for (Tensor& tensor : graph.tensors) tensor.shape[0] = 4;
  CHECK(macs(graph) == 4 * (972 + 540));
}
