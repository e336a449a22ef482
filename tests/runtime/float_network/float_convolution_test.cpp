#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "runtime/float_network/float_tile.h"
#include "runtime/float_network/run_float.h"
#include "tests/kit/property.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

std::vector<float> random_values(size_t count, uint32_t seed) {
  std::mt19937 generator(seed);
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(static_cast<int32_t>(generator())) / 2147483648.0f;
  return values;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

int64_t out_size(const Window& w, size_t axis, int64_t size) {
  return (size + w.pad[axis] + w.pad[axis + 2] - w.dilation[axis] * (w.kernel[axis] - 1) - 1) /
             w.stride[axis] +
         1;
}

// The definition: bias, then each product in the order of the filter's weights, padding as products with
// zero.
float naive_output(const Conv& conv, const FloatTensor& x, int64_t n, int64_t o, int64_t oy, int64_t ox) {
  const Shape& shape = conv.weights.shape;
  const int64_t group = o / (shape[0] / conv.groups);
  float sum = static_cast<float>(conv.bias[o]);
  const float* weight = conv.weights.values->data() + o * shape[1] * shape[2] * shape[3];
  for (int64_t c = 0; c < shape[1]; ++c) {
    for (int64_t ky = 0; ky < shape[2]; ++ky) {
      for (int64_t kx = 0; kx < shape[3]; ++kx) {
        const int64_t iy = oy * conv.window.stride[0] - conv.window.pad[0] + ky * conv.window.dilation[0];
        const int64_t ix = ox * conv.window.stride[1] - conv.window.pad[1] + kx * conv.window.dilation[1];
        const bool inside = iy >= 0 && iy < x.shape[2] && ix >= 0 && ix < x.shape[3];
        const int64_t plane = n * x.shape[1] + group * shape[1] + c;
        const float value = inside ? x.values[(plane * x.shape[2] + iy) * x.shape[3] + ix] : 0.0f;
        const float scaled = static_cast<float>(double{*weight++} * conv.weight_scale[o]);
        sum += scaled * value;
      }
    }
  }
  return sum;
}

struct ConvCase {
  Conv conv;
  FloatTensor x;
  Shape y_shape;

  Graph graph() const {
    GraphBuilder b;
    const TensorId input = b.input(x.shape, {});
    b.node(conv, {input}, y_shape, {});
    return b.graph;
  }
  std::vector<float> naive() const {
    std::vector<float> y;
    for (int64_t n = 0; n < y_shape[0]; ++n)
      for (int64_t o = 0; o < y_shape[1]; ++o)
        for (int64_t oy = 0; oy < y_shape[2]; ++oy)
          for (int64_t ox = 0; ox < y_shape[3]; ++ox) y.push_back(naive_output(conv, x, n, o, oy, ox));
    return y;
  }
};

ConvCase make_case(int64_t batch, int64_t groups, int64_t group_channels, int64_t group_filters,
                   int64_t height, int64_t width, const Window& window, uint32_t seed) {
  ConvCase c;
  c.conv.window = window;
  c.conv.groups = groups;
  const Shape weight_shape = {groups * group_filters, group_channels, window.kernel[0], window.kernel[1]};
  c.conv.weights =
      weights_of("w", weight_shape, random_values(static_cast<size_t>(element_count(weight_shape)), seed));
  for (int64_t o = 0; o < weight_shape[0]; ++o) {
    c.conv.bias.push_back(0.1 * static_cast<double>(o) - 0.3);
    c.conv.weight_scale.push_back(1.0 + 0.01 * static_cast<double>(o));
  }
  c.x.shape = {batch, groups * group_channels, height, width};
  c.x.values = random_values(static_cast<size_t>(element_count(c.x.shape)), seed + 1);
  c.y_shape = {batch, weight_shape[0], out_size(window, 0, height), out_size(window, 1, width)};
  return c;
}

}  // namespace

TEST_CASE("float convolution: random shapes equal the plain loops bit for bit, on one thread and on three") {
  CHECK(holds([] {
    const auto pick = [](int low, int high) { return int64_t{draw_in_range(low, high + 1)}; };
    Window window;
    for (size_t axis = 0; axis < 2; ++axis) {
      window.kernel[axis] = pick(1, 4);
      window.stride[axis] = pick(1, 3);
      window.dilation[axis] = pick(1, 2);
    }
    for (int64_t& pad : window.pad) pad = pick(0, 2);
    const int64_t smallest_y = window.dilation[0] * (window.kernel[0] - 1) + 1;
    const int64_t smallest_x = window.dilation[1] * (window.kernel[1] - 1) + 1;
    const ConvCase c = make_case(pick(1, 2), pick(1, 3), pick(1, 5), pick(1, 11), smallest_y + pick(0, 9),
                                 smallest_x + pick(0, 9), window, static_cast<uint32_t>(pick(0, 1000)));
    const std::vector<float> expected = c.naive();
    PROPERTY_ASSERT(same_bits(run_float(c.graph(), {c.x}, 1)[1].values, expected));
    PROPERTY_ASSERT(same_bits(run_float(c.graph(), {c.x}, 3)[1].values, expected));
  }));
}

TEST_CASE("float convolution: a large layer is the same on 1, 2 and 5 threads and equals the plain loops") {
  Window window;
  window.kernel = {3, 3};
  window.pad = {1, 1, 1, 1};
  const ConvCase c = make_case(2, 1, 32, 40, 14, 14, window, 7);  // 4.5 M products: enough to start threads
  const std::vector<float> expected = c.naive();
  for (const unsigned threads : {1u, 2u, 5u}) {
    CHECK(same_bits(run_float(c.graph(), {c.x}, threads)[1].values, expected));
  }
}

TEST_CASE("float convolution: a filter over the whole map is the same as a Gemm, and as the plain loops") {
  Window window;
  window.kernel = {3, 5};
  const ConvCase c = make_case(3, 1, 40, 37, 3, 5, window, 11);  // depth 600: more than one block
  const std::vector<float> expected = c.naive();
  CHECK(same_bits(run_float(c.graph(), {c.x}, 2)[1].values, expected));
  GraphBuilder b;
  Gemm gemm;
  gemm.weights = weights_of("w", {37, 600}, *c.conv.weights.values);
  gemm.weight_scale = c.conv.weight_scale;
  gemm.bias = c.conv.bias;
  const TensorId x = b.input({3, 600}, {});
  b.node(gemm, {x}, {3, 37}, {});
  CHECK(same_bits(run_float(b.graph, {FloatTensor{{3, 600}, c.x.values}})[1].values, expected));
}

TEST_CASE("float convolution: every SIMD level of this host gives the bits of the plain sum") {
  using namespace quantization;
  constexpr int64_t kDepth = 77;
  const std::vector<float> rows = random_values(kDepth * kTileRows, 1),
                           lanes = random_values(kDepth * kTileLanes, 2);
  const std::vector<float> start = random_values(kTileRows * kTileLanes, 3);
  std::vector<float> expected = start;
  for (int64_t k = 0; k < kDepth; ++k) {
    for (int64_t r = 0; r < kTileRows; ++r) {
      for (int64_t l = 0; l < kTileLanes; ++l) {
        const float product = rows[k * kTileRows + r] * lanes[k * kTileLanes + l];
        expected[r * kTileLanes + l] += product;
      }
    }
  }
  CHECK_FALSE(tile_functions().empty());
  for (const TileFunction function : tile_functions()) {
    std::vector<float> tile = start;
    function(rows.data(), lanes.data(), kDepth, tile.data());
    CHECK(same_bits(tile, expected));
  }
}

TEST_CASE("float convolution: a transposed convolution spreads each input pixel over its window") {
  GraphBuilder b;
  const TensorId x = b.input({1, 1, 2, 2}, {});
  ConvTranspose conv;
  conv.window.kernel = {2, 2};
  conv.window.stride = {2, 2};
  conv.weights = weights_of("w", {1, 2, 2, 2}, {1, 2, 3, 4, 10, 20, 30, 40});
  conv.weight_scale = {1.0, 0.5};
  conv.bias = {0.5, 0};
  b.node(conv, {x}, {1, 2, 4, 4}, {});
  const auto y = run_float(b.graph, {FloatTensor{{1, 1, 2, 2}, {1, 2, 3, 4}}})[1];
  const std::vector<float> expected = {1.5, 2.5, 2.5,  4.5,  3.5,  4.5, 6.5, 8.5, 3.5, 6.5, 4.5,
                                       8.5, 9.5, 12.5, 12.5, 16.5, 5,   10,  10,  20,  15,  20,
                                       30,  40,  15,   30,   20,   40,  45,  60,  60,  80};
  CHECK(y.values == expected);
}

TEST_CASE("float convolution: overlapping and padded transposed windows add up, within their groups") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2, 1, 3}, {});
  ConvTranspose conv;  // out width = 1 * (3 - 1) + 3 - 1 - 1 = 3
  conv.window.kernel = {1, 3};
  conv.window.pad = {0, 1, 0, 1};
  conv.groups = 2;
  conv.weights = weights_of("w", {2, 1, 1, 3}, {1, 10, 100, 1, 0, 0});
  b.node(conv, {x}, {1, 2, 1, 3}, {});
  const auto y = run_float(b.graph, {FloatTensor{{1, 2, 1, 3}, {1, 2, 3, 4, 5, 6}}})[1];
  // full: 1, 10+2, 100+20+3, 200+30, 300 -> middle three; second: 4 5 6 at full positions 0 1 2, then cut
  // to 1..3
  CHECK(y.values == std::vector<float>{12, 123, 230, 5, 6, 0});
}
