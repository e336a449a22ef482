// Transforms: hand vectors of quantization.md 6.3, 6.5 and 4.12, and that the float network stays as it is.
#include "runtime/transform/transform.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/float_network/run_float.h"
#include "runtime/transform/layer_weights.h"
#include "runtime/transform/weight_split.h"
#include "runtime/user_error.h"
#include "tests/kit/graph_builder.h"

using namespace mmasim;
using namespace mmasim::runtime;
using mmasim::tests::GraphBuilder;
using mmasim::tests::relu;
using mmasim::tests::window;
using transforming::effective_weights;

namespace {

FloatTensor sample(GraphBuilder& b, Shape shape) {
  FloatTensor x{shape, {}};
  for (const double value : b.values(element_count(shape))) x.values.push_back(static_cast<float>(value));
  return x;
}

// Largest difference of the outputs, relative to the largest output.
double difference(const Graph& a, const Graph& b, const FloatTensor& x) {
  const auto ya = run_float(a, {x}, 1, Keep::outputs)[a.outputs[0]];
  const auto yb = run_float(b, {x}, 1, Keep::outputs)[b.outputs[0]];
  REQUIRE(ya.values.size() == yb.values.size());
  double furthest = 0, largest = 0;
  for (size_t i = 0; i < ya.values.size(); ++i) {
    furthest = std::max(furthest, std::fabs(static_cast<double>(ya.values[i]) - yb.values[i]));
    largest = std::max(largest, std::fabs(static_cast<double>(ya.values[i])));
  }
  REQUIRE(largest > 0);
  return furthest / largest;
}

// expand, depthwise, project, with a residual: an inverted bottleneck, then a second expansion and pooling
struct Bottleneck {
  GraphBuilder b;
  Graph graph;
  explicit Bottleneck(uint32_t seed, Activation activation = relu()) : b(seed) {
    const auto x = b.input({1, 6, 9, 9});
    auto y = b.conv(x, 12, window(1), 1, activation);
    y = b.conv(y, 12, window(3, 1, 1), 12, activation);
    y = b.conv(y, 6, window(1));
    y = b.add(Add{}, {x, y});
    y = b.conv(y, 20, window(1), 1, activation);
    y = b.add(GlobalAveragePool{}, {y}, {}, {1, 20, 1, 1});
    y = b.conv(y, 7, window(1));
    graph = b.finish({y});
    graph.parameter_count = 1000;
  }
};

Conv pointwise(int64_t outputs, int64_t inputs, std::vector<float> values, std::vector<double> bias = {}) {
  Conv conv;
  conv.weights = {
      "w", {outputs, inputs, 1, 1}, std::make_shared<const std::vector<float>>(std::move(values))};
  conv.bias = std::move(bias);
  return conv;
}

}  // namespace

TEST_CASE("transform: cle gives both layers the same range in each channel (hand vector)") {
  // r1 = (8, 0.5), r2 = (0.25, 4): s = (5.65685, 0.353553), all ranges sqrt(2)
  GraphBuilder b;
  const auto x = b.input({1, 1, 1, 1});
  auto y = b.add(pointwise(2, 1, {8, -0.5f}, {1, 2}), {x}, relu());
  y = b.add(pointwise(1, 2, {-0.25f, 4}), {y});
  const Graph graph = b.finish({y});
  const Graph equal = transform(graph, {"cle", {}}).graph;
  const auto first = effective_weights(equal.nodes[0]), second = effective_weights(equal.nodes[1]);
  for (const double value : {first[0], -first[1], -second[0], second[1]})
    CHECK(value == doctest::Approx(std::sqrt(2.0)).epsilon(1e-6));
  const auto& bias = transforming::bias_of(equal.nodes[0]);
  CHECK(bias[0] == doctest::Approx(1 / 5.65685425).epsilon(1e-6));
  CHECK(bias[1] == doctest::Approx(2 / 0.35355339).epsilon(1e-6));
  CHECK(effective_weights(graph.nodes[0])[0] == 8);  // the given network stays as it is
}

TEST_CASE("transform: those that keep values give the same float network within 1e-5") {
  for (uint32_t seed = 1; seed <= 5; ++seed) {
    Bottleneck n(seed);
    const auto x = sample(n.b, {1, 6, 9, 9});
    for (const TransformInfo& info : transforms()) {
      if (!info.keeps_values) continue;
      CAPTURE(info.name);
      const std::string name = info.name;
      Choice choice{name, {}};
      if (name == "subtensor") choice.parameters["size"] = 1;
      if (name == "ocs") choice.parameters["expand"] = 0.25;
      const Graph other = transform(n.graph, choice).graph;
      verify(other);
      CHECK(difference(n.graph, other, x) <= 1e-5);
      if (name == "subtensor") {
        for (const double parts : {2, 3}) {
          for (const double by_channel : {0, 1}) {
            choice.parameters["parts"] = parts, choice.parameters["by_channel"] = by_channel;
            const Graph split = transform(n.graph, choice).graph;
            verify(split);
            CHECK(split.nodes.size() == n.graph.nodes.size() + 2 * static_cast<size_t>(parts) - 2);
            CHECK(difference(n.graph, split, x) <= 1e-5);
          }
        }
      }
    }
  }
}

TEST_CASE("transform: cle leaves layers around a bounded activation alone until relu6 takes the bound away") {
  Bottleneck n(3, {Activation::Kind::clip, 0, 6});
  const auto kept = transform(n.graph, {"cle", {}});
  CHECK(effective_weights(kept.graph.nodes[0]) == effective_weights(n.graph.nodes[0]));
  REQUIRE(kept.notes.size() == 2);
  CHECK(kept.notes[1].find("3 pairs left alone") != std::string::npos);
  const auto open = transform(n.graph, {"relu6", {}});
  CHECK(open.notes[0] == "relu6: 3 activations replaced");
  CHECK(open.graph.nodes[0].activation.kind == Activation::Kind::relu);
  CHECK(transform(open.graph, {"cle", {}}).notes.size() == 1);
  CHECK(transform(n.graph, {"relu6", {{"bound", 8}}}).graph.nodes[0].activation.high == 8);
}

TEST_CASE("transform: cle does not touch a channel without weights, nor values at a branch or an output") {
  GraphBuilder b;
  const auto x = b.input({1, 1, 1, 1});
  const auto y = b.add(pointwise(2, 1, {0, 3}), {x}, relu());
  const auto z = b.add(pointwise(1, 2, {5, 1}), {y});
  const auto w = b.add(pointwise(1, 1, {2}), {z});
  const Graph graph = b.finish({w});
  const Graph equal = transform(graph, {"cle", {{"sweeps", 1}}}).graph;
  CHECK(effective_weights(equal.nodes[0])[0] == 0);
  GraphBuilder c;
  const auto input = c.input({1, 1, 1, 1});
  const auto branch = c.add(pointwise(1, 1, {4}), {input});
  const auto end = c.add(pointwise(1, 1, {1}), {branch});
  const Graph with_output = c.finish({branch, end});
  CHECK(effective_weights(transform(with_output, {"cle", {}}).graph.nodes[0])[0] == 4);
}

TEST_CASE("transform: ocs halves so that the sum rounds as the whole did (hand vector)") {
  // w / s = 3 becomes 1.25 and 1.75, which round to 1 and 2. The other weights make the step 1: after the
  // split 4 is the largest, and 2 bits hold magnitudes up to 2 steps: s = 4 / 2 = 2 for w = 6.
  GraphBuilder b;
  const auto x = b.input({1, 1, 1, 1});
  auto y = b.add(pointwise(2, 1, {1, 1}, {0.5, 0.25}), {x}, relu());
  y = b.add(pointwise(2, 2, {6, 4, 1, 0}), {y});
  const Graph graph = b.finish({y});
  const Graph wider = transform(graph, {"ocs", {{"expand", 0.5}, {"bits", 2}}}).graph;
  verify(wider);
  // channel 0 doubled: (6 - 1) / 2, (6 + 1) / 2 = 2.5 and 3.5, by s = 2: 1.25 and 1.75
  CHECK(effective_weights(wider.nodes[1]) == std::vector<double>{2.5, 4, 3.5, 0, 0, 1});
  CHECK(effective_weights(wider.nodes[0]) == std::vector<double>{1, 1, 1});
  CHECK(transforming::bias_of(wider.nodes[0]) == std::vector<double>{0.5, 0.25, 0.5});
  CHECK(wider.tensors[wider.nodes[0].output].shape == Shape{1, 3, 1, 1});
}

TEST_CASE("transform: an affine grid and a split at a threshold (hand vector of 4.12)") {
  const std::vector<double> w{10, -6, 0.05, -0.03};
  const auto whole = transforming::through_affine_grid(w, 8);  // step 16/255, zero point 96
  CHECK(whole[0] == doctest::Approx(9.976).epsilon(1e-4));
  CHECK(whole[1] == doctest::Approx(-6.024).epsilon(1e-4));
  CHECK(whole[2] == doctest::Approx(0.0627).epsilon(1e-3));
  CHECK(whole[3] == 0);
  const auto low = transforming::through_affine_grid({0.05, -0.05, 0.05, -0.03}, 8);  // 0.1/255
  const auto high = transforming::through_affine_grid({9.95, -5.95, 0, 0}, 8);        // 15.9/255, 95
  const std::vector<double> sums{9.9765 + 0.0498, -5.9235 - 0.0502, 0.0498, -0.0298};
  for (size_t i = 0; i < 4; ++i) CHECK(std::fabs(low[i] + high[i] - sums[i]) < 1.01e-4);
}

TEST_CASE("transform: a split keeps the sum, and channels with small weights gain most") {
  transforming::ChannelWeights weights{{10, -6, 0.05, -0.03}, {0, 0, 1, 1}, 2};
  const auto parts = transforming::split_values(weights, 2, 8);
  double error_whole = 0, error_split = 0;
  const auto whole = transforming::through_affine_grid(weights.values, 8);
  const auto a = transforming::through_affine_grid(parts[0], 8);
  const auto b = transforming::through_affine_grid(parts[1], 8);
  for (size_t i = 0; i < 4; ++i) CHECK(parts[0][i] + parts[1][i] == doctest::Approx(weights.values[i]));
  for (size_t i = 2; i < 4; ++i) {
    error_whole = std::max(error_whole, std::fabs(whole[i] - weights.values[i]));
    error_split = std::max(error_split, std::fabs(a[i] + b[i] - weights.values[i]));
  }
  CHECK(error_split * 20 < error_whole);
  CHECK(transforming::group_channels({{1, 9, 5, 7}, {0, 1, 2, 3}, 4}, 2) == std::vector<size_t>{1, 0, 1, 0});
}

TEST_CASE("transform: subtensor keeps to its budget and takes the most unbalanced layers first") {
  Bottleneck n(2);
  // 1000 parameters are 4000 bytes; the depthwise layer has 108 weights.
  CHECK(transform(n.graph, {"subtensor", {{"size", 0.0269}}}).graph.nodes.size() == n.graph.nodes.size());
  CHECK(transform(n.graph, {"subtensor", {{"size", 0.0271}}}).graph.nodes.size() == n.graph.nodes.size() + 2);
}

TEST_CASE("transform: weight_clip brings an outlier down and leaves a plain layer alone") {
  GraphBuilder b;
  const auto x = b.input({1, 32, 1, 1});
  const auto y = b.conv(x, 64, window(1));
  Graph graph = b.finish({y});
  auto weights = effective_weights(graph.nodes[0]);
  weights[5] = 40;  // the others are normal, 4 bits: a step of 5 would make nearly all of them zero
  transforming::set_effective_weights(graph.nodes[0], weights);
  const auto clipped = effective_weights(transform(graph, {"weight_clip", {{"bits", 4}}}).graph.nodes[0]);
  // (40 - t)^2 / 2048 + (t / 8)^2 / 12 is least at t = 10.9; thresholds tried lie 0.4 apart.
  CHECK(clipped[5] == 10.8f);
  CHECK(clipped[6] == weights[6]);
}

TEST_CASE("transform: names and parameters that are not in the table are refused") {
  const auto error = [](const Choice& choice) {
    try {
      check_transform(choice);
    } catch (const UserError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  CHECK(error({"clee", {}}).find("transform 'clee' is unknown; nearest is 'cle'; transforms: bn_fold") == 0);
  CHECK(error({"ocs", {{"expand", 2}}}).find("expand is 2; expected 0..1") != std::string::npos);
  CHECK(error({"ocs", {}}).empty());
}
