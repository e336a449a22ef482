#include "runtime/io/random_weights.h"

#include <doctest/doctest.h>

#include <cmath>

using namespace mmasim::runtime;
using mmasim::runtime::importing::philox4x32;

namespace {

Graph one_conv(const std::string& name, const Shape& shape) {
  Graph graph;
  Conv conv;
  conv.weights = {name, shape, nullptr};
  graph.nodes = {{"conv", {"conv"}, conv, {}, {0}, 1}};
  return graph;
}

const std::vector<float>& values(const Graph& graph, size_t node = 0) {
  return *std::get<Conv>(graph.nodes[node].op).weights.values;
}

}  // namespace

TEST_CASE("philox: the published vectors of Philox4x32-10") {
  using Words = std::array<uint32_t, 4>;
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
        Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random weights: mean 0, variance 2 / fan_in, normal tails") {
  Graph graph = one_conv("w", {1000, 64, 5, 5});
  CHECK(has_missing_weights(graph));
  fill_random_weights(graph, 7);
  CHECK_FALSE(has_missing_weights(graph));
  const double deviation = std::sqrt(2.0 / (64 * 5 * 5)), count = 1.6e6;
  double sum = 0, squares = 0, fourth = 0;
  int beyond_two = 0;
  for (float value : values(graph)) {
    const double z = value / deviation;
    sum += z, squares += z * z, fourth += z * z * z * z;
    beyond_two += std::abs(z) > 2 ? 1 : 0;
  }
  // Standard errors: 1/sqrt(n), sqrt(2/n), sqrt(96/n); five of each.
  CHECK(std::abs(sum / count) < 5 * 0.0008);
  CHECK(std::abs(squares / count - 1) < 5 * 0.0012);
  CHECK(std::abs(fourth / count - 3) < 5 * 0.0078);
  CHECK(std::abs(beyond_two / count - 0.0455) < 5 * 0.00017);  // 4.55 % lie beyond two deviations
}

TEST_CASE("random weights: depend on seed, name and position only") {
  Graph a = one_conv("w", {4, 3, 3, 3}), b = one_conv("w", {4, 3, 3, 3}),
        other_name = one_conv("v", {4, 3, 3, 3}), other_seed = one_conv("w", {4, 3, 3, 3}),
        longer = one_conv("w", {1000, 3, 3, 3});
  fill_random_weights(a, 1);
  fill_random_weights(b, 1);
  fill_random_weights(other_name, 1);
  fill_random_weights(other_seed, 2);
  fill_random_weights(longer, 1);
  CHECK(values(a) == values(b));
  CHECK(values(a) != values(other_name));
  CHECK(values(a) != values(other_seed));
  CHECK(std::equal(values(a).begin(), values(a).end(), values(longer).begin()));
}

TEST_CASE("random weights: the first numbers follow from the generator's words by Box and Muller") {
  Graph graph = one_conv("w", {1, 2, 1, 1});  // deviation 1
  fill_random_weights(graph, 5);
  uint64_t hash = (0xcbf29ce484222325 ^ 'w') * 0x100000001b3;  // FNV-1a of "w"
  const auto words =
      philox4x32({0, 0, static_cast<uint32_t>(hash), static_cast<uint32_t>(hash >> 32)}, {5, 0});
  const double radius = std::sqrt(-2 * std::log((words[0] + 0.5) / 4294967296.0));
  // The quarter in the two upper bits, angles from -45 to 45 degrees around its middle.
  const double turn =
      (words[1] + 0.5 * 1) / 4294967296.0 * 2 * 3.14159265358979323846 - 3.14159265358979323846 / 4;
  CHECK(values(graph)[0] == doctest::Approx(radius * std::cos(turn)).epsilon(1e-7));
  CHECK(values(graph)[1] == doctest::Approx(radius * std::sin(turn)).epsilon(1e-7));
}

TEST_CASE("random weights: given values stay, shared names share, fan_in leaves out the output channels") {
  Graph graph = one_conv("w", {2, 8, 1, 1});
  graph.nodes.push_back(graph.nodes[0]);
  auto given = std::make_shared<const std::vector<float>>(16, 0.25f);
  std::get<Conv>(graph.nodes[0].op).weights = {"given", {2, 8, 1, 1}, given};
  ConvTranspose transposed;  // I, O: fan_in is 2 here, 8 there
  transposed.weights = {"w", {2, 8, 1, 1}, nullptr};
  graph.nodes.push_back({"up", {}, transposed, {}, {0}, 1});
  graph.nodes.push_back(graph.nodes[1]);
  fill_random_weights(graph, 3);
  CHECK(values(graph, 0) == *given);
  CHECK(
      (std::get<Conv>(graph.nodes[1].op).weights.values == std::get<Conv>(graph.nodes[3].op).weights.values));
  Graph alone;
  alone.nodes = {graph.nodes[2]};
  std::get<ConvTranspose>(alone.nodes[0].op).weights.values = nullptr;
  fill_random_weights(alone, 3);
  const float narrow = (*std::get<ConvTranspose>(alone.nodes[0].op).weights.values)[0];
  CHECK(narrow == doctest::Approx(2 * values(graph, 1)[0]));  // sqrt(2/2) is twice sqrt(2/8)
}

TEST_CASE("random weights: parameters without values become neutral") {
  Graph graph;
  graph.nodes = {{"norm", {}, BatchNorm{{}, {}, 3}, {}, {0}, 1}, {"prelu", {}, Prelu{{}, 2}, {}, {1}, 2}};
  CHECK(has_missing_weights(graph));
  fill_random_weights(graph, 1);
  CHECK_FALSE(has_missing_weights(graph));
  CHECK(std::get<BatchNorm>(graph.nodes[0].op).scale == std::vector<double>{1, 1, 1});
  CHECK(std::get<BatchNorm>(graph.nodes[0].op).shift == std::vector<double>{0, 0, 0});
  CHECK(std::get<Prelu>(graph.nodes[1].op).slopes == std::vector<double>{0.25, 0.25});
}
