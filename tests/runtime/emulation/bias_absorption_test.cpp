// High-bias absorption by hand (quantization.md 6.3).
#include "runtime/emulation/bias_absorption.h"

#include <doctest/doctest.h>

#include "runtime/float_network/run_float.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

// Channel 0 has the sums x + 10, channel 1 x; samples -2, 2, -2, 2.
struct Network {
  GraphBuilder b;
  FloatTensor samples{{4, 1, 1, 1}, {-2, 2, -2, 2}};
  explicit Network(Activation between = relu(), int64_t padding = 0) {
    const TensorId x = b.input({1, 1, 1, 1}, {});
    const TensorId y = b.node(pointwise(2, 1, {1, 1}, {10, 0}), {x}, {1, 2, 1, 1}, {}, between);
    Conv second = pointwise(1, 2, {0.5f, 3}, {1});
    second.window.pad = {padding, padding, padding, padding};
    const int64_t side = 1 + 2 * padding;
    b.node(second, {y}, {1, 1, side, side}, {});
  }
  Absorbed absorbed(double sigmas) const {
    const Samples all(b.graph, {&samples});
    return absorb_biases(b.graph, all, 1, {"bias_absorb", {{"sigmas", sigmas}}});
  }
  static std::vector<double> bias(const Graph& graph, NodeId id) {
    return std::get<Conv>(graph.nodes[id].op).bias;
  }
};

}  // namespace

TEST_CASE("bias absorption: mean 10 and deviation 2 leave 10 - 3 * 2 to the next layer (hand vector)") {
  const Network network;
  const auto absorbed = network.absorbed(3);
  // c = (4, 0): b1 = (10, 0) - c, b2 = 1 + 0.5 * 4
  CHECK(Network::bias(absorbed.graph, 0) == std::vector<double>{6, 0});
  CHECK(Network::bias(absorbed.graph, 1) == std::vector<double>{3});
  CHECK(absorbed.note.find("biases of 1 channels absorbed in 1 pairs") != std::string::npos);
  for (const float x : {-2.0f, 0.0f, 2.0f}) {  // float computes the same: 0.5 (x + 10) + 3 max(x, 0) + 1
    const FloatTensor input{{1, 1, 1, 1}, {x}};
    const auto y = run_float(absorbed.graph, {input}).back().values.at(0);
    CHECK(y == 0.5f * (x + 10) + 3 * std::max(x, 0.0f) + 1);
    CHECK(y == run_float(network.b.graph, {input}).back().values.at(0));
  }
}

TEST_CASE("bias absorption: how many deviations are kept is a parameter") {
  CHECK(Network::bias(Network().absorbed(0).graph, 0) == std::vector<double>{0, 0});  // the whole mean of 10
  CHECK(Network::bias(Network().absorbed(5).graph, 0) == std::vector<double>{10, 0});
}

TEST_CASE("bias absorption: padding and upper bounds are left alone, as float would compute another thing") {
  for (const Network& network : {Network(relu(), 1), Network(clip(0, 6))}) {
    const auto absorbed = network.absorbed(3);
    CHECK(Network::bias(absorbed.graph, 0) == std::vector<double>{10, 0});
    CHECK(Network::bias(absorbed.graph, 1) == std::vector<double>{1});
    CHECK(absorbed.note.find("1 pairs left alone") != std::string::npos);
  }
}
