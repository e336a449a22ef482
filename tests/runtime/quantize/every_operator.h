// A network with every operator once, and every kind of activation where it may stand.
#pragma once

#include "tests/runtime/quantize/graph_builder.h"

namespace mmasim::runtime::test {

inline Conv values_conv(int64_t filters, int64_t channels) {
  std::vector<float> values;
  for (int64_t i = 0; i < filters * channels; ++i) values.push_back(static_cast<float>(i % 7) - 3.0f);
  return pointwise(filters, channels, values, std::vector<double>(static_cast<size_t>(filters), 0.5));
}

// `top` is the bound of the rectifiers that saturate.
inline GraphBuilder every_operator(double top = 6) {
  GraphBuilder b;
  const Shape map = {1, 4, 4, 4};
  const TensorId x = b.input(map, {-1, 1});
  TensorId y = b.node(values_conv(4, 4), {x}, map, {0, 6}, clip(0, top));
  y = b.node(values_conv(4, 4), {y}, map, {-1, 2}, clip(-1, 2));
  y = b.node(values_conv(4, 4), {y}, map, {0, 9}, relu());
  ConvTranspose transposed;
  transposed.weights = weights_of("t", {4, 4, 1, 1}, std::vector<float>(16, 0.5f));
  y = b.node(transposed, {y}, map, {-3, 3});
  BatchNorm norm;
  norm.channels = 4;
  norm.scale = {1, 2, 3, 4};
  norm.shift = {0, 0, 1, 1};
  y = b.node(norm, {y}, map, {0, 6}, clip(0, top));
  y = b.node(Prelu{{0.1, 0.2, 0.3, 0.4}, 4}, {y}, map, {-1, 6});
  const TensorId left = b.node(Clip{}, {y}, map, {0, 5}, relu());
  const TensorId right = b.node(Clip{}, {y}, map, {-1, 1}, clip(-1, 1));
  const TensorId sum = b.node(Add{}, {left, right}, map, {-1, 6});
  const TensorId difference = b.node(Sub{}, {left, right}, map, {0, 6}, clip(0, top));
  y = b.node(Mul{}, {sum, difference}, map, {0, 6}, clip(0, top));
  y = b.node(MaxPool{}, {y}, map, {0, 6});
  AveragePool average;
  average.window.kernel = {2, 2};
  average.window.pad = {1, 1, 0, 0};
  const TensorId pooled = b.node(average, {y}, map, {0, 6}, clip(0, top));
  y = b.node(Concat{1}, {pooled, sum}, {1, 8, 4, 4}, {-1, 6});
  y = b.node(Pad{{0, 0, 1, 1}, {0, 0, 1, 1}}, {y}, {1, 8, 6, 6}, {-1, 6});
  y = b.node(Transpose{{0, 1, 3, 2}}, {y}, {1, 8, 6, 6}, {-1, 6});
  y = b.node(Slice{{0, 0, 0, 0}, {1, 1, 1, 1}}, {y}, {1, 4, 6, 6}, {-1, 6});
  Resize resize;
  resize.mode = Resize::Mode::bilinear;
  resize.factor_y = resize.factor_x = 2;
  y = b.node(resize, {y}, {1, 4, 12, 12}, {-1, 6});
  for (const auto kind : {Unary::Kind::hard_swish, Unary::Kind::sigmoid, Unary::Kind::hard_sigmoid}) {
    Unary unary;
    unary.kind = kind;
    y = b.node(unary, {y}, {1, 4, 12, 12}, {-0.3, 1});
  }
  y = b.node(GlobalAveragePool{}, {y}, {1, 4, 1, 1}, {0, 1});
  y = b.node(Reshape{}, {y}, {1, 4}, {0, 1});
  Gemm gemm;
  gemm.weights = weights_of("g", {4, 4}, {1, -1, 0, 0, 0, 2, -1, 0, 0, 0, 3, -1, 4, 0, 0, -2});
  y = b.node(gemm, {y}, {1, 4}, {-2, 2});
  y = b.node(Softmax{1}, {y}, {1, 4}, {0, 1});
  b.node(ArgMax{1}, {y}, {1, 1}, {0, 3});
  return b;
}

}  // namespace mmasim::runtime::test
