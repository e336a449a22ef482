// What one layer's finer grid gains at the outputs, by hand.
#include "runtime/emulation/mixed_gains.h"

#include <doctest/doctest.h>

#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

TEST_CASE("mixed gains: the noise of a product in 8 bits, and with its weights and result in 16") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 1, 1}, {0, 1});
  b.node(pointwise(1, 1, {0.5f}), {x}, {1, 1, 1, 1}, {0, 0.5}, relu());
  const FloatTensor sample{{1, 1, 1, 1}, {1.0f}};
  const Samples samples(b.graph, {&sample});
  const QuantPlan narrow = b.plan("tidl-np2-fixed"), wide = b.plan("tidl-np2-fixed", "int16");
  const MixedGains gains(b.graph, narrow, wide, samples, 1, 1);
  // x = 255 / 256, w = 127 / 256: 0.494156 or 253.008 steps of 2^-9, so 253 / 512, where 0.5 is exact
  const double error = 0.5 - 253.0 / 512;
  CHECK(gains.noise({}) == doctest::Approx(error * error / 0.25));
  // w = 32767 / 65536, and 65278.008 steps of 2^-17: the input alone errs, by 2^-8
  const double finer = 0.5 - 65278.0 / 131072;
  CHECK(gains.noise({0}) == doctest::Approx(finer * finer / 0.25));
}

TEST_CASE("mixed gains: what follows a layer sees its finer values, and maxima keep them") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 2, 2}, {0, 1});
  const TensorId y = b.node(pointwise(1, 1, {0.5f}), {x}, {1, 1, 2, 2}, {0, 0.5}, relu());
  MaxPool pool;
  pool.window.kernel = {2, 2};
  b.node(pool, {y}, {1, 1, 1, 1}, {0, 0.5});
  const FloatTensor sample{{1, 1, 2, 2}, {0, 0.25f, 1.0f, 0.5f}};
  const Samples samples(b.graph, {&sample});
  const QuantPlan narrow = b.plan("tidl-np2-fixed"), wide = b.plan("tidl-np2-fixed", "int16");
  const MixedGains gains(b.graph, narrow, wide, samples, 1, 1);
  const double finer = 0.5 - 65278.0 / 131072;  // as above, through the pool
  CHECK(gains.noise({0}) == doctest::Approx(finer * finer / 0.25));
  CHECK(gains.noise({1}) == gains.noise({}));  // the pool has no grid of its own
}
