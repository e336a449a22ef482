// Conv, ConvTranspose, Gemm and BatchNorm: the vectors of quantization.md 4.2 and 4.3, cases small enough to
// do on paper, and random shapes against the definitions written as one loop.
#include <doctest/doctest.h>

#include "tests/kit/property.h"
#include "tests/runtime/reference/one_node.h"

using namespace mmasim;
using namespace mmasim::runtime;
using namespace mmasim::runtime::test;
using namespace mmasim::tests;

namespace {

Conv conv(Window window, int64_t groups = 1) {
  Conv result;
  result.window = window;
  result.groups = groups;
  return result;
}

Window kernel(int64_t kh, int64_t kw) {
  Window window;
  window.kernel = {kh, kw};
  return window;
}

int64_t signed_byte() { return draw_in_range<int64_t>(-128, 128); }

}  // namespace

TEST_CASE("reference conv: vector T of tidl-p2-dynamic") {
  // -38*32 + 13*64 + 78*186 = 14124; + 2048 = 16172; 16172/128 = 126.34 -> 126
  OneNode node{conv(kernel(1, 1)),
               linear(array(8, {1, 3, 1, 1}, {-38, 13, 78}), {2048}, shift_only(7, kU8)),
               {{kU8, {1, 3, 1, 1}, {32, 64, 186}}},
               kU8,
               {1, 1, 1, 1}};
  CHECK(node.run() == Integers{126});
}

TEST_CASE("reference conv: vector T of tidl-np2-fixed") {
  // -63*32 + 21*64 + 127*186 = 22950; + 3357 = 26307; 26307/256 = 102.76 -> 103
  OneNode node{conv(kernel(1, 1)),
               linear(array(8, {1, 3, 1, 1}, {-63, 21, 127}), {3357}, shift_only(8, kU8)),
               {{kU8, {1, 3, 1, 1}, {32, 64, 186}}},
               kU8,
               {1, 1, 1, 1}};
  CHECK(node.run() == Integers{103});
}

TEST_CASE("reference conv: padding on two sides only counts as the zero point") {
  // x = 1..9, zero point 5, filter [1 2; 3 4], padding above and to the right; bias = -5 * 10 is the folded
  // zero point
  Window window = kernel(2, 2);
  window.pad = {1, 0, 0, 1};
  OneNode node{conv(window),
               linear(array(8, {1, 1, 2, 2}, {1, 2, 3, 4}), {-50}, shift_only(0, kS8)),
               {{integers(8, false, 5), {1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}},
               kS8,
               {1, 1, 3, 3}};
  CHECK(node.run() == Integers{
                          5 + 10 + 3 + 8 - 50,    // [5 5; 1 2]
                          5 + 10 + 6 + 12 - 50,   // [5 5; 2 3]
                          5 + 10 + 9 + 20 - 50,   // [5 5; 3 5]: the last column is padding
                          1 + 4 + 12 + 20 - 50,   // [1 2; 4 5]
                          2 + 6 + 15 + 24 - 50,   // [2 3; 5 6]
                          3 + 10 + 18 + 20 - 50,  // [3 5; 6 5]
                          4 + 10 + 21 + 32 - 50,  // [4 5; 7 8]
                          5 + 12 + 24 + 36 - 50,  // [5 6; 8 9]
                          6 + 10 + 27 + 20 - 50,  // [6 5; 9 5]
                      });
}

TEST_CASE("reference conv: stride and dilation differ along the two axes") {
  // x[y][x] = 10y + x on 3 x 5; filter [1 2; 3 4], stride (1, 2), dilation (2, 1): one row and two columns of
  // output
  Window window = kernel(2, 2);
  window.stride = {1, 2};
  window.dilation = {2, 1};
  OneNode node{conv(window),
               linear(array(8, {1, 1, 2, 2}, {1, 2, 3, 4}), {0}, shift_only(0, kS16)),
               {{kS8, {1, 1, 3, 5}, {0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24}}},
               kS16,
               {1, 1, 1, 2}};
  CHECK(node.run() == Integers{0 + 2 * 1 + 3 * 20 + 4 * 21, 2 + 2 * 3 + 3 * 22 + 4 * 23});
}

TEST_CASE(
    "reference conv: each group sees its own channels, and each output channel has its own multiplier") {
  // group 0: channel 0 times 2; group 1: channel 1 times 3. requantize: (v * 1) / 2 and (v * 5) / 8
  LinearPlan plan = linear(array(8, {2, 1, 1, 1}, {2, 3}), {1, -1}, shift_only(0, kS8));
  plan.requant.has_multiplier = plan.requant.per_channel = true;
  plan.requant.multipliers = {1, 5};
  plan.requant.shifts = {1, 3};
  OneNode node{conv(kernel(1, 1), 2), plan, {{kS8, {1, 2, 1, 2}, {10, -20, 7, 100}}}, kS8, {1, 2, 1, 2}};
  // (20+1)/2 = 10.5 -> 11, (-40+1)/2 = -19.5 -> -19; (21-1)*5/8 = 12.5 -> 13, (300-1)*5/8 = 186.9 -> 187 ->
  // 127
  CHECK(node.run() == Integers{11, -19, 13, 127});
}

TEST_CASE("reference conv: a ReLU is the lower clip at the zero point") {
  LinearPlan plan = linear(array(8, {1, 1, 1, 1}, {1}), {0}, shift_only(1, integers(8, true, -20)));
  plan.requant.clip_min = -20;
  OneNode node{
      conv(kernel(1, 1)), plan, {{kS8, {1, 1, 1, 3}, {-7, 0, 7}}}, integers(8, true, -20), {1, 1, 1, 3}};
  CHECK(node.run() == Integers{-20, -20, -16});  // 7/2 = 3.5 -> 4, less 20
}

TEST_CASE("reference conv: 32-bit operands need sums past 64 bits, and get them") {
  // four products of (2^32-1) * (-2^31) sum to -2^65 + 2^33; shifted by 34: -2^31 + 0.5, up to -2^31 + 1
  OneNode node{conv(kernel(2, 2)),
               linear(array(32, {1, 1, 2, 2}, {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN}), {0},
                      shift_only(34, kS32)),
               {{kU32, {1, 1, 2, 2}, Integers(4, UINT32_MAX)}},
               kS32,
               {1, 1, 1, 1}};
  CHECK(node.run() == Integers{int64_t{INT32_MIN} + 1});
  CHECK(node.overflow_count == 0);
}

TEST_CASE("reference conv: every random case equals the definition") {
  CHECK(holds("sum over ic, ky, kx of x * w, with the zero point outside the map", [] {
    const auto small = [](int low, int high) { return static_cast<int64_t>(draw_in_range(low, high + 1)); };
    Window w = kernel(small(1, 3), small(1, 3));
    w.stride = {small(1, 3), small(1, 3)};
    w.dilation = {small(1, 2), small(1, 2)};
    w.pad = {small(0, 2), small(0, 2), small(0, 2), small(0, 2)};
    const int64_t groups = small(1, 3), group_c = small(1, 3), group_o = small(1, 3), n = small(1, 2);
    const int64_t h = small(5, 9), wd = small(5, 12), zero = small(0, 3);
    const int64_t oh = (h + w.pad[0] + w.pad[2] - w.dilation[0] * (w.kernel[0] - 1) - 1) / w.stride[0] + 1;
    const int64_t ow = (wd + w.pad[1] + w.pad[3] - w.dilation[1] * (w.kernel[1] - 1) - 1) / w.stride[1] + 1;
    const Shape x_shape{n, groups * group_c, h, wd}, y_shape{n, groups * group_o, oh, ow};
    const auto x = draw_list<Integers>(element_count(x_shape), [] { return draw_in_range<int64_t>(0, 256); });
    const auto weights =
        draw_list<Integers>(groups * group_o * group_c * w.kernel[0] * w.kernel[1], signed_byte);
    Integers expected;
    for (int64_t b = 0; b < n; ++b)
      for (int64_t o = 0; o < groups * group_o; ++o)
        for (int64_t y = 0; y < oh; ++y)
          for (int64_t xx = 0; xx < ow; ++xx) {
            int64_t sum = 0;
            for (int64_t c = 0; c < group_c; ++c)
              for (int64_t ky = 0; ky < w.kernel[0]; ++ky)
                for (int64_t kx = 0; kx < w.kernel[1]; ++kx) {
                  const int64_t iy = y * w.stride[0] + ky * w.dilation[0] - w.pad[0],
                                ix = xx * w.stride[1] + kx * w.dilation[1] - w.pad[1];
                  const bool inside = iy >= 0 && iy < h && ix >= 0 && ix < wd;
                  sum += (inside ? x[((b * groups * group_c + o / group_o * group_c + c) * h + iy) * wd + ix]
                                 : zero) *
                         weights[((o * group_c + c) * w.kernel[0] + ky) * w.kernel[1] + kx];
                }
            expected.push_back(sum + 1000 * o);
          }
    std::vector<int128> bias;
    for (int64_t o = 0; o < groups * group_o; ++o) bias.push_back(1000 * o);
    OneNode node{conv(w, groups),
                 linear(array(8, {groups * group_o, group_c, w.kernel[0], w.kernel[1]}, weights), bias,
                        shift_only(0, kS32)),
                 {{integers(8, false, zero), x_shape, x}},
                 kS32,
                 y_shape};
    PROPERTY_ASSERT(node.run() == expected);
  }));
}

TEST_CASE("reference conv transpose: each input spreads over the output, overlaps add") {
  // one row: x = 3, 5; filter 1 2 4; stride 2: 3 6 12+5 10 20, less one column of padding on the left
  ConvTranspose op;
  op.window = kernel(1, 3);
  op.window.stride = {1, 2};
  op.window.pad = {0, 1, 0, 0};
  OneNode node{op,
               linear(array(8, {1, 1, 1, 3}, {1, 2, 4}), {0}, shift_only(0, kS8)),
               {{kS8, {1, 1, 1, 2}, {3, 5}}},
               kS8,
               {1, 1, 1, 4}};
  CHECK(node.run() == Integers{6, 17, 10, 20});
}

TEST_CASE("reference conv transpose: where no input reaches, the zero point and the folded bias cancel") {
  // x = 9, zero point 4, filter 1 2 with stride 3 and an output padding of 1: (9-4)*1, (9-4)*2, 0; bias
  // -4*(1+2)
  ConvTranspose op;
  op.window = kernel(1, 2);
  op.window.stride = {1, 3};
  op.output_padding = {0, 1};
  OneNode node{op,
               linear(array(8, {1, 1, 1, 2}, {1, 2}), {-12}, shift_only(0, kS8)),
               {{integers(8, false, 4), {1, 1, 1, 1}, {9}}},
               kS8,
               {1, 1, 1, 3}};
  CHECK(node.run() == Integers{5, 10, 0});
}

TEST_CASE("reference conv transpose: every random case equals scattering each input") {
  CHECK(holds("y[iy*stride + ky*dilation - pad] += x * w", [] {
    const auto small = [](int low, int high) { return static_cast<int64_t>(draw_in_range(low, high + 1)); };
    ConvTranspose op;
    Window& w = op.window;
    w = kernel(small(2, 3), small(2, 3));
    w.stride = {small(1, 3), small(1, 3)};
    w.dilation = {small(1, 2), small(1, 2)};
    w.pad = {small(0, 1), small(0, 1), small(0, 1), small(0, 1)};
    op.groups = small(1, 2);
    const int64_t group_c = small(1, 2), group_o = small(1, 3), h = small(2, 4), wd = small(2, 4);
    const int64_t in_c = op.groups * group_c, out_c = op.groups * group_o;
    const int64_t oh = w.stride[0] * (h - 1) + w.dilation[0] * (w.kernel[0] - 1) + 1 - w.pad[0] - w.pad[2];
    const int64_t ow = w.stride[1] * (wd - 1) + w.dilation[1] * (w.kernel[1] - 1) + 1 - w.pad[1] - w.pad[3];
    const auto x = draw_list<Integers>(in_c * h * wd, signed_byte);
    const auto weights = draw_list<Integers>(in_c * group_o * w.kernel[0] * w.kernel[1], signed_byte);
    Integers expected(out_c * oh * ow, 0);
    for (int64_t c = 0; c < in_c; ++c)
      for (int64_t iy = 0; iy < h; ++iy)
        for (int64_t ix = 0; ix < wd; ++ix)
          for (int64_t o = 0; o < group_o; ++o)
            for (int64_t ky = 0; ky < w.kernel[0]; ++ky)
              for (int64_t kx = 0; kx < w.kernel[1]; ++kx) {
                const int64_t y = iy * w.stride[0] + ky * w.dilation[0] - w.pad[0],
                              xx = ix * w.stride[1] + kx * w.dilation[1] - w.pad[1];
                if (y < 0 || y >= oh || xx < 0 || xx >= ow) continue;
                expected[((c / group_c * group_o + o) * oh + y) * ow + xx] +=
                    x[(c * h + iy) * wd + ix] *
                    weights[((c * group_o + o) * w.kernel[0] + ky) * w.kernel[1] + kx];
              }
    OneNode node{op,
                 linear(array(8, {in_c, group_o, w.kernel[0], w.kernel[1]}, weights),
                        std::vector<int128>(out_c, 0), shift_only(0, kS32)),
                 {{kS8, {1, in_c, h, wd}, x}},
                 kS32,
                 {1, out_c, oh, ow}};
    PROPERTY_ASSERT(node.run() == expected);
  }));
}

TEST_CASE("reference gemm: rows of any rank times the transposed weights") {
  OneNode node{Gemm{},
               linear(array(16, {3, 2}, {1, 2, 3, 4, -5, 6}), {0, 100, 0}, shift_only(1, kS16)),
               {{kS16, {2, 1, 2}, {10, 20, -1, 1}}},
               kS16,
               {2, 1, 3}};
  // 50/2, (110+100)/2, 70/2; 1/2 = 0.5 -> 1, 101/2 = 50.5 -> 51, 11/2 = 5.5 -> 6
  CHECK(node.run() == Integers{25, 105, 35, 1, 51, 6});
}

TEST_CASE("reference gemm: an accumulator that leaves 32 bits follows the policy and is counted") {
  // 70000 * 255 * 127 = 2266950000 leaves 32 bits by wrapping to -2028017296; /2^24 = -120.9
  const int64_t depth = 70000;
  OneNode node{
      Gemm{},
      linear(array(8, {2, depth}, Integers(2 * depth, 127)), {0, -int128{2000000000}}, shift_only(24, kS8)),
      {{kU8, {1, depth}, Integers(depth, 255)}},
      kS8,
      {1, 2}};
  CHECK(node.run() == Integers{-121, 16});  // with the bias, 266950000/2^24 = 15.9, nothing is lost
  CHECK(node.overflow_count == 1);
  node.overflow = isa::Overflow::saturate;
  CHECK(node.run() == Integers{127, 16});  // 2^31 - 1 is 128 after the shift, saturated
  CHECK(node.overflow_count == 1);
}

TEST_CASE("reference batch norm: a multiplier and a bias a channel") {
  const LinearPlan plan = linear(array(8, {2}, {3, -4}), {1, 2}, shift_only(1, kS8));
  OneNode map{BatchNorm{}, plan, {{kS8, {1, 2, 1, 2}, {5, -5, 5, -5}}}, kS8, {1, 2, 1, 2}};
  CHECK(map.run() == Integers{8, -7, -9, 11});  // 16/2, -14/2, -18/2, 22/2
  OneNode row{BatchNorm{}, plan, {{kS8, {2, 2}, {5, 5, -5, -5}}}, kS8, {2, 2}};
  CHECK(row.run() == Integers{8, -9, -7, 11});
}

TEST_CASE("reference batch norm: channels along the axes that it names") {
  const auto run = [](const AxisSpan& along, std::vector<int128> bias) {
    const auto channels = static_cast<int64_t>(bias.size());
    const Integers ones(bias.size(), 1);
    const LinearPlan plan = linear(array(8, {channels}, ones), std::move(bias), shift_only(0, kS8));
    OneNode node{BatchNorm{{}, {}, channels, along},
                 plan,
                 {{kS8, {2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}},
                 kS8,
                 {2, 2, 2}};
    return node.run();
  };
  CHECK(run({0, 1}, {10, 20}) == Integers{11, 12, 13, 14, 25, 26, 27, 28});
  CHECK(run({1, 1}, {10, 20}) == Integers{11, 12, 23, 24, 15, 16, 27, 28});
  CHECK(run({2, 1}, {10, 20}) == Integers{11, 22, 13, 24, 15, 26, 17, 28});
  CHECK(run({1, 2}, {10, 20, 30, 40}) == Integers{11, 22, 33, 44, 15, 26, 37, 48});
}
