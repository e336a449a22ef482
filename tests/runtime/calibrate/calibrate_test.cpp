#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "runtime/calibrate/calibrate.h"
#include "runtime/user_error.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

// x[batch, 2] -> relu
Graph rectifier(int64_t batch) {
  GraphBuilder b;
  const TensorId x = b.input({batch, 2}, {});
  b.node(Clip{}, {x}, {batch, 2}, {}, relu());
  return b.graph;
}

std::string error_of(const Graph& graph, const FloatTensor& samples) {
  try {
    calibrate(graph, {samples});
  } catch (const UserError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("calibrate: ranges span all samples, after the activation") {
  const FloatTensor samples = {{3, 2}, {1, -2, 3, 0.5f, -7, 2}};
  for (const int64_t batch : {1, 2, 3, 4}) {
    const Ranges ranges = calibrate(rectifier(batch), {samples});
    CHECK(ranges[0].low == -7);
    CHECK(ranges[0].high == 3);
    CHECK(ranges[1].low == 0);
    CHECK(ranges[1].high == 3);
  }
}

TEST_CASE("calibrate: a tensor that is never zero has a range without zero") {
  const Ranges ranges = calibrate(rectifier(1), {FloatTensor{{2, 2}, {1, 2, 3, 4}}});
  CHECK(ranges[0].low == 1);
  CHECK(ranges[1].high == 4);
}

TEST_CASE("calibrate: long tensors are scanned to their last element") {
  for (const int64_t count : {15, 16, 17, 33}) {
    GraphBuilder b;
    const TensorId x = b.input({1, count}, {});
    b.node(Clip{}, {x}, {1, count}, {}, relu());
    for (int64_t position = 0; position < count; ++position) {
      FloatTensor samples = {{1, count}, std::vector<float>(static_cast<size_t>(count), 1.0f)};
      samples.values[static_cast<size_t>(position)] = -5;
      CHECK(calibrate(b.graph, {samples})[0].low == -5);
      CHECK(calibrate(b.graph, {samples})[0].high == 1);
      samples.values[static_cast<size_t>(position)] = std::nanf("");
      CHECK(contains(error_of(b.graph, samples), "nan"));
    }
  }
}

TEST_CASE("calibrate: what is not finite is reported with its sample and tensor, in a batch too") {
  const FloatTensor samples = {{4, 2}, {1, 2, 3, 4, 5, HUGE_VALF, 7, 8}};
  for (const int64_t batch : {1, 2, 3, 4}) {
    const std::string error = error_of(rectifier(batch), samples);
    CHECK(contains(error, "sample 2"));
    CHECK(contains(error, "'input0'"));
    CHECK(contains(error, "infinity"));
  }
}

TEST_CASE("calibrate: an overflow inside the network is found where it arises") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2}, {});
  const TensorId y = b.node(Mul{}, {x, x}, {1, 2}, {});
  b.node(Clip{}, {y}, {1, 2}, {}, relu());
  const std::string error = error_of(b.graph, {{2, 2}, {1, 1, 1e30f, 1}});
  CHECK(contains(error, "sample 1"));
  CHECK(contains(error, "'Mul0_out'"));
}

TEST_CASE("calibrate: samples that do not fit the network are the user's error") {
  CHECK(contains(error_of(rectifier(1), {{1, 3}, {1, 2, 3}}), "[1, 3]"));
  CHECK(contains(error_of(rectifier(1), {{0, 2}, {}}), "at least 1"));
  CHECK_THROWS_AS(calibrate(rectifier(1), {}), UserError);
}

TEST_CASE("calibrate: inputs of different first axes are one run if each is as the network takes it") {
  GraphBuilder b;
  b.input({1, 2}, {});
  const TensorId y = b.input({4, 2}, {});
  b.node(Clip{}, {y}, {4, 2}, {}, relu());
  std::vector<FloatTensor> samples{{{1, 2}, {-3, 1}}, {{4, 2}, {1, -2, 3, 4, 5, 6, -8, 7}}};
  const Ranges ranges = calibrate(b.graph, samples);
  CHECK(ranges[0].low == -3);
  CHECK(ranges[0].high == 1);
  CHECK(ranges[1].low == -8);
  CHECK(ranges[2].low == 0);
  CHECK(ranges[2].high == 7);
  samples[0] = {{2, 2}, {-3, 1, 0, 0}};  // two samples of one, what is one sample of the other
  CHECK_THROWS_AS(calibrate(b.graph, samples), UserError);
}

TEST_CASE("calibrate: ranges are the same on any number of threads") {
  GraphBuilder b;
  const TensorId x = b.input({1, 32, 14, 14}, {});
  Conv conv;
  conv.window.kernel = {3, 3};
  conv.window.pad = {1, 1, 1, 1};
  std::vector<float> weights(40 * 32 * 9), values(32 * 14 * 14);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i * 37 % 101) / 101.0f - 0.5f;
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 53 % 211) / 211.0f - 0.5f;
  conv.weights = weights_of("w", {40, 32, 3, 3}, weights);
  b.node(conv, {x}, {1, 40, 14, 14}, {});
  const Ranges one = calibrate(b.graph, {FloatTensor{{1, 32, 14, 14}, values}}, 1);
  const Ranges four = calibrate(b.graph, {FloatTensor{{1, 32, 14, 14}, values}}, 4);
  CHECK(one[1].low == four[1].low);
  CHECK(one[1].high == four[1].high);
  CHECK(one[1].low < one[1].high);
}
