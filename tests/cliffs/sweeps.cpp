#include "tests/cliffs/sweeps.h"

namespace mmasim::cliffs {
namespace {

template <class Make>
Sweep sweep(const std::string& name, Unit unit, const std::vector<int64_t>& values, const Make& make) {
  Sweep made{name, unit, values, {}};
  for (const auto value : values) made.layers.push_back(make(value));
  return made;
}

Layer conv(int64_t kernel, int64_t in, int64_t out, int64_t size, int64_t stride = 1, int64_t dilation = 1) {
  Layer layer;
  layer.kernel = {kernel, kernel};
  layer.in = in, layer.out = out, layer.height = layer.width = size;
  layer.stride = stride, layer.dilation = dilation, layer.pad = dilation * (kernel / 2);
  return layer;
}

Layer depthwise(int64_t kernel, int64_t channels, int64_t size, int64_t stride = 1, int64_t dilation = 1) {
  auto layer = conv(kernel, channels, channels, size, stride, dilation);
  layer.groups = channels;
  return layer;
}

Layer of_map(Kind kind, int64_t channels, int64_t size) {
  Layer layer;
  layer.kind = kind;
  layer.in = layer.out = channels, layer.height = layer.width = size;
  return layer;
}

Layer pool(Kind kind, int64_t kernel, int64_t channels, int64_t size, int64_t stride) {
  auto layer = of_map(kind, channels, size);
  layer.kernel = {kernel, kernel}, layer.stride = stride;
  return layer;
}

Layer transposed(int64_t stride, int64_t kernel, int64_t channels, int64_t size) {
  auto layer = of_map(Kind::conv_transpose, channels, size);
  layer.kernel = {kernel, kernel}, layer.stride = stride;
  return layer;
}

Layer resized(Kind kind, int64_t factor, int64_t channels, int64_t size) {
  auto layer = of_map(kind, channels, size);
  layer.factor = factor;
  return layer;
}

Layer product(int64_t rows, int64_t in, int64_t out) {
  Layer layer;
  layer.kind = Kind::gemm;
  layer.height = rows, layer.in = in, layer.out = out, layer.width = 1;
  return layer;
}

using Sweeps = std::vector<Sweep>;

void add_convs(Sweeps& all) {
  all.push_back(sweep("Conv kxk 64 on 32, k", Unit::mac, {1, 3, 5, 7, 9, 11},
                      [](int64_t k) { return conv(k, 64, 64, 32); }));
  all.push_back(sweep("Conv 3x3 64, map", Unit::mac, {8, 14, 16, 28, 32, 56, 63, 64, 96, 112, 128},
                      [](int64_t n) { return conv(3, 64, 64, n); }));
  all.push_back(sweep("Conv 3x3 on 16, channels", Unit::mac, {64, 128, 256, 384, 512, 768, 1024, 1536, 2048},
                      [](int64_t c) { return conv(3, c, 256, 16); }));
  all.push_back(sweep("Conv 1x1 on 14, channels in and out", Unit::mac, {64, 128, 256, 512, 1024, 2048},
                      [](int64_t c) { return conv(1, c, c, 14); }));
  all.push_back(sweep("Conv 1x1 64, map", Unit::mac, {56, 112, 128, 224, 256},
                      [](int64_t n) { return conv(1, 64, 64, n); }));
  all.push_back(sweep("Conv 3x3 256 on 33, dilation", Unit::mac, {1, 2, 4, 6, 8, 10, 12, 14, 18, 24, 32},
                      [](int64_t d) { return conv(3, 256, 256, 33, 1, d); }));
  all.push_back(sweep("Conv 3x3 64 on 64, dilation", Unit::mac, {1, 4, 8, 16, 24, 28, 32, 48},
                      [](int64_t d) { return conv(3, 64, 64, 64, 1, d); }));
  all.push_back(sweep("Conv 3x3 2048 to 256 on 33, dilation", Unit::mac, {1, 2, 3, 6, 12},
                      [](int64_t d) { return conv(3, 2048, 256, 33, 1, d); }));
  all.push_back(sweep("Conv 1xk 64 on 1x16384, k", Unit::mac, {1, 3, 5, 7, 9}, [](int64_t k) {
    auto layer = conv(1, 64, 64, 1);
    layer.width = 16384, layer.kernel = {1, k};
    return layer;
  }));
  all.push_back(sweep("Conv kx1 64 on 16384x1, k", Unit::mac, {1, 3, 5, 7, 9}, [](int64_t k) {
    auto layer = conv(1, 64, 64, 1);
    layer.height = 16384, layer.kernel = {k, 1};
    return layer;
  }));
  all.push_back(sweep("Conv 3x3 256 on 14, groups", Unit::byte, {1, 2, 4, 8, 16, 32, 64}, [](int64_t g) {
    auto layer = conv(3, 256, 256, 14);
    layer.groups = g;
    return layer;
  }));
  all.push_back(sweep("Conv 3x3 64 on 14, batch", Unit::mac, {1, 2, 3, 4, 8, 16}, [](int64_t n) {
    auto layer = conv(3, 64, 64, 14);
    layer.batch = n;
    return layer;
  }));
}

void add_depthwise(Sweeps& all) {
  all.push_back(sweep("depthwise kxk 384 on 14, k", Unit::mac, {3, 5, 7, 9, 11, 13, 21, 23, 25, 27},
                      [](int64_t k) { return depthwise(k, 384, 14); }));
  all.push_back(sweep("depthwise 3x3 320 on 32, dilation", Unit::mac, {1, 2, 4, 6, 8, 10, 12, 24, 36},
                      [](int64_t d) { return depthwise(3, 320, 32, 1, d); }));
  all.push_back(sweep("depthwise 3x3 960, map", Unit::mac, {14, 28, 32, 33, 48, 56, 63, 64, 65},
                      [](int64_t n) { return depthwise(3, 960, n); }));
  all.push_back(sweep("depthwise 3x3 stride 2 960, map", Unit::mac, {14, 28, 32, 56, 63, 64},
                      [](int64_t n) { return depthwise(3, 960, n, 2); }));
  all.push_back(sweep("depthwise 3x3 on 56, channels", Unit::mac, {16, 32, 64, 96, 128, 256, 512},
                      [](int64_t c) { return depthwise(3, c, 56); }));
}

void add_pools(Sweeps& all) {
  all.push_back(sweep("MaxPool 3x3 stride 2 64, map", Unit::byte, {14, 28, 56, 112, 128},
                      [](int64_t n) { return pool(Kind::max_pool, 3, 64, n, 2); }));
  all.push_back(sweep("MaxPool kxk stride k 64 on 224, k", Unit::byte, {2, 4, 7, 14, 28, 56, 112, 224},
                      [](int64_t k) { return pool(Kind::max_pool, k, 64, 224, k); }));
  all.push_back(sweep("AveragePool kxk 64 on 32, k", Unit::mac, {2, 3, 5, 7, 9, 13},
                      [](int64_t k) { return pool(Kind::average_pool, k, 64, 32, 1); }));
  all.push_back(sweep("GlobalAveragePool 3, map", Unit::byte, {64, 128, 224, 256, 512, 680},
                      [](int64_t n) { return of_map(Kind::global_pool, 3, n); }));
  all.push_back(sweep("GlobalAveragePool 512, map", Unit::byte, {7, 14, 28, 56, 128},
                      [](int64_t n) { return of_map(Kind::global_pool, 512, n); }));
}

void add_others(Sweeps& all) {
  all.push_back(sweep("ConvTranspose 2s x 2s 64 on 16, s", Unit::byte, {1, 2, 4, 6, 8},
                      [](int64_t s) { return transposed(s, 2 * s, 64, 16); }));
  all.push_back(sweep("ConvTranspose 4x4 stride 2 64, map", Unit::mac, {8, 16, 28, 32, 56},
                      [](int64_t n) { return transposed(2, 4, 64, n); }));
  all.push_back(sweep("Resize nearest 64 on 16, factor", Unit::byte, {2, 4, 8, 16},
                      [](int64_t f) { return resized(Kind::resize_nearest, f, 64, 16); }));
  all.push_back(sweep("Resize nearest 256 of 1x1, factor", Unit::byte, {8, 16, 32, 64, 128},
                      [](int64_t f) { return resized(Kind::resize_nearest, f, 256, 1); }));
  all.push_back(sweep("Resize bilinear 32 on 32, factor", Unit::byte, {2, 4, 8},
                      [](int64_t f) { return resized(Kind::resize_bilinear, f, 32, 32); }));
  for (const auto kind : {Kind::add, Kind::concat, Kind::transpose, Kind::softmax}) {
    const char* name = kind == Kind::add         ? "Add 64, map"
                       : kind == Kind::concat    ? "Concat 64, map"
                       : kind == Kind::transpose ? "Transpose 64, map"
                                                 : "Softmax 64, map";
    all.push_back(sweep(name, Unit::byte, {14, 28, 32, 56, 64, 112, 128},
                        [kind](int64_t n) { return of_map(kind, 64, n); }));
  }
  all.push_back(sweep("MatMul of 1024 and 1024, rows", Unit::byte, {1, 8, 32, 64, 65, 128, 256, 512, 1024},
                      [](int64_t m) { return product(m, 1024, 1024); }));
  all.push_back(sweep("MatMul of 64 rows, depth", Unit::mac, {64, 128, 512, 1024, 4096, 16384},
                      [](int64_t k) { return product(64, k, 256); }));
  all.push_back(sweep("MatMul of 64 rows, columns", Unit::mac, {64, 128, 512, 1000, 4096, 16384},
                      [](int64_t n) { return product(64, 512, n); }));
}

}  // namespace

const std::vector<Sweep>& all_sweeps() {
  static const Sweeps sweeps = [] {
    Sweeps all;
    add_convs(all);
    add_depthwise(all);
    add_pools(all);
    add_others(all);
    return all;
  }();
  return sweeps;
}

}  // namespace mmasim::cliffs
