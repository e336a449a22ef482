// Hooks look at values or put others in their place; parameters are read and changed under one handle.
#include "runtime/float_network/hook.h"

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>
#include <string>

#include "runtime/float_network/float_network.h"
#include "runtime/float_network/parameters.h"
#include "runtime/float_network/run_float.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using quantization::forward;
using quantization::forward_from;
using quantization::Lifetime;

namespace {

// x[1, 2] -> y = relu(W x + b), W = ((1, 2), (-1, 1)), b = (0.5, -1) -> z = y + y
struct Network {
  GraphBuilder b;
  TensorId x, y, z;
  Network() {
    x = b.input({1, 2}, {});
    Gemm gemm;
    gemm.weights = weights_of("w", {2, 2}, {1, 2, -1, 1});
    gemm.bias = {0.5, -1};
    y = b.node(gemm, {x}, {1, 2}, {}, relu());
    z = b.node(Add{}, {y, y}, {1, 2}, {});
  }
};

struct Recorder : Hook {
  std::map<NodeId, std::vector<float>> sums;
  std::map<TensorId, std::vector<float>> seen;
  TensorId replaced = ~TensorId{0};
  float by = 0;
  void see_sums(NodeId id, const FloatTensor& y) override { sums[id] = y.values; }
  void see(TensorId id, const FloatTensor& y) override { seen[id] = y.values; }
  bool replaces(TensorId id) const override { return id == replaced; }
  void replace(TensorId, FloatTensor& y) override { y.values.assign(y.values.size(), by); }
};

using Values = std::vector<float>;

}  // namespace

TEST_CASE("float network: a hook sees inputs, sums before the activation, and results after it") {
  const Network n;
  const FloatTensor x{{1, 2}, {1, -2}};
  Recorder hook;
  forward(n.b.graph, {&x}, 1, Lifetime::until_last_use, hook);
  CHECK(hook.seen[n.x] == Values{1, -2});
  CHECK(hook.sums[0] == Values{-2.5f, -4});  // 1 - 4 + 0.5, -1 - 2 - 1
  CHECK(hook.seen[n.y] == Values{0, 0});
  CHECK(hook.seen[n.z] == Values{0, 0});
}

TEST_CASE("float network: what a hook replaces is what every reader gets, and a given input stays as it is") {
  const Network n;
  const FloatTensor x{{1, 2}, {1, -2}};
  Recorder hook;
  hook.replaced = n.y, hook.by = 3;
  CHECK(forward(n.b.graph, {&x}, 1, Lifetime::whole_run, hook)[n.z].values == Values{6, 6});
  CHECK(hook.seen[n.y] == Values{3, 3});
  hook.replaced = n.x, hook.by = 1;  // 1 + 2 + 0.5, relu(-1 + 1 - 1)
  const auto tensors = forward(n.b.graph, {&x}, 1, Lifetime::whole_run, hook);
  CHECK(tensors[n.y].values == Values{3.5f, 0});
  CHECK(tensors[n.x].values == Values{1, 1});
  CHECK(x.values == Values{1, -2});
}

TEST_CASE("float network: a part is computed again from changed tensors, and nothing else is") {
  const Network n;
  const auto all = run_float(n.b.graph, {FloatTensor{{1, 2}, {1, 1}}});
  CHECK(all[n.z].values == Values{7, 0});
  const auto fresh = forward_from(n.b.graph, all, {n.y}, {FloatTensor{{1, 2}, {2, 5}}}, 1);
  CHECK(fresh[n.z].values == Values{4, 10});
  CHECK(fresh[n.y].values == Values{2, 5});
  CHECK(fresh[n.x].values.empty());
}

TEST_CASE("parameters: every one with values has a name, and is read and changed under one handle") {
  Network n;
  Graph& graph = n.b.graph;
  const Graph before = graph;  // shares the weights
  const auto parameters = parameters_of(graph);
  REQUIRE(parameters.size() == 2);
  CHECK(name_of(graph, parameters[0]) == "Gemm0.weights");
  CHECK(name_of(graph, parameters[1]) == "Gemm0.bias");
  CHECK(values_of(graph, parameters[0]) == std::vector<double>{1, 2, -1, 1});
  set_values(graph, parameters[0], {1, 0, 0, 1});
  set_values(graph, parameters[1], {0, 0.25});
  CHECK(run_float(graph, {FloatTensor{{1, 2}, {3, 4}}})[n.y].values == Values{3, 4.25f});
  CHECK(values_of(before, parameters[0]) == std::vector<double>{1, 2, -1, 1});
  CHECK_THROWS_AS(set_values(graph, parameters[1], {1}), std::logic_error);
  CHECK_THROWS_AS(values_of(graph, {0, Parameter::Kind::slopes}), std::logic_error);
}

TEST_CASE("parameters: a layer without bias can be given one") {
  Network n;
  std::get<Gemm>(n.b.graph.nodes[0].op).bias.clear();
  CHECK(parameters_of(n.b.graph).size() == 1);
  CHECK(give_bias(n.b.graph.nodes[0]));
  CHECK(values_of(n.b.graph, {0, Parameter::Kind::bias}) == std::vector<double>{0, 0});
  CHECK(!give_bias(n.b.graph.nodes[1]));
}
