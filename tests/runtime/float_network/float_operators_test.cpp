#include <doctest/doctest.h>

#include <cmath>

#include "runtime/float_network/run_float.h"
#include "tests/runtime/quantize/graph_builder.h"

using namespace mmasim::runtime;
using namespace mmasim::runtime::test;

namespace {

std::vector<float> evaluate_one(Operator op, const FloatTensor& x, Shape y_shape,
                                Activation activation = {}) {
  GraphBuilder b;
  const TensorId input = b.input(x.shape, {});
  const TensorId output = b.node(std::move(op), {input}, std::move(y_shape), {}, activation);
  return run_float(b.graph, {x})[output].values;
}

std::vector<float> evaluate_two(Operator op, const FloatTensor& x, const FloatTensor& y, Shape shape) {
  GraphBuilder b;
  const TensorId left = b.input(x.shape, {}), right = b.input(y.shape, {});
  const TensorId output = b.node(std::move(op), {left, right}, std::move(shape), {});
  return run_float(b.graph, {x, y})[output].values;
}

const FloatTensor kSquare = {{1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}};

}  // namespace

TEST_CASE("float operators: activations clip after the operator") {
  const FloatTensor x = {{1, 4}, {-2, 0.5f, 7, -0.25f}};
  CHECK(evaluate_one(Clip{}, x, {1, 4}, relu()) == std::vector<float>{0, 0.5f, 7, 0});
  CHECK(evaluate_one(Clip{}, x, {1, 4}, clip(-1, 6)) == std::vector<float>{-1, 0.5f, 6, -0.25f});
}

TEST_CASE("float operators: BatchNorm and Prelu take their channel along axis 1") {
  BatchNorm norm;
  norm.channels = 2;
  norm.scale = {2, -1};
  norm.shift = {0.5, 0};
  const FloatTensor x = {{1, 2, 1, 2}, {1, -1, 3, -3}};
  CHECK(evaluate_one(norm, x, x.shape) == std::vector<float>{2.5f, -1.5f, -3, 3});
  CHECK(evaluate_one(norm, {{2, 2}, {1, -1, 3, -3}}, {2, 2}) == std::vector<float>{2.5f, 1, 6.5f, 3});
  CHECK(evaluate_one(Prelu{{0.5, 0.25}, 2}, x, x.shape) == std::vector<float>{1, -0.5f, 3, -0.75f});
  CHECK(evaluate_one(Prelu{{0.5}, 0}, x, x.shape) == std::vector<float>{1, -0.5f, 3, -1.5f});
}

TEST_CASE("float operators: BatchNorm and Prelu along any axes, several as one, or none") {
  const FloatTensor x = {{2, 2, 2}, {1, 2, 3, 4, -5, -6, -7, -8}};
  const auto sum = [&](const AxisSpan& along, std::vector<double> shift) {
    BatchNorm norm{std::vector<double>(shift.size(), 1.0), shift, static_cast<int64_t>(shift.size()), along};
    return evaluate_one(norm, x, x.shape);
  };
  using Floats = std::vector<float>;
  CHECK(sum({0, 1}, {10, 20}) == Floats{11, 12, 13, 14, 15, 14, 13, 12});
  CHECK(sum({1, 1}, {10, 20}) == Floats{11, 12, 23, 24, 5, 4, 13, 12});
  CHECK(sum({2, 1}, {10, 20}) == Floats{11, 22, 13, 24, 5, 14, 3, 12});
  CHECK(sum({1, 2}, {10, 20, 30, 40}) == Floats{11, 22, 33, 44, 5, 14, 23, 32});
  CHECK(sum({0, 0}, {10}) == Floats{11, 12, 13, 14, 5, 4, 3, 2});
  CHECK(evaluate_one(Prelu{{2, 3}, 2, {2, 1}}, x, x.shape) == Floats{1, 2, 3, 4, -10, -18, -14, -24});
  CHECK(evaluate_one(Prelu{{2, 3}, 2, {1, 1}}, x, x.shape) == Floats{1, 2, 3, 4, -10, -12, -21, -24});
}

TEST_CASE("float operators: smooth functions") {
  const FloatTensor x = {{1, 3}, {0, 1, -3}};
  Unary unary;
  CHECK(evaluate_one(unary, x, x.shape)[0] == 0.5f);
  CHECK(evaluate_one(unary, x, x.shape)[1] == 0.731058578630f);
  unary.kind = Unary::Kind::hard_sigmoid;
  CHECK(evaluate_one(unary, x, x.shape) == std::vector<float>{0.5f, 0.7f, 0});
  unary.kind = Unary::Kind::hard_swish;
  CHECK(evaluate_one(unary, x, x.shape)[2] == 0);
  CHECK(evaluate_one(unary, x, x.shape)[1] == doctest::Approx(2.0 / 3));
}

TEST_CASE("float operators: two operands, either or both broadcast") {
  const FloatTensor x = {{1, 2, 1, 2}, {1, 2, 3, 4}};
  CHECK(evaluate_two(Add{}, x, x, x.shape) == std::vector<float>{2, 4, 6, 8});
  CHECK(evaluate_two(Sub{}, x, {{1, 2, 1, 1}, {10, 20}}, x.shape) == std::vector<float>{-9, -8, -17, -16});
  CHECK(evaluate_two(Mul{}, x, {{2}, {10, 100}}, x.shape) == std::vector<float>{10, 200, 30, 400});
  CHECK(evaluate_two(Sub{}, {{2}, {10, 100}}, x, x.shape) == std::vector<float>{9, 98, 7, 96});
  CHECK(evaluate_two(Sub{}, {{2, 1}, {10, 20}}, {{1, 3}, {1, 2, 3}}, {2, 3}) ==
        std::vector<float>{9, 8, 7, 19, 18, 17});
}

TEST_CASE("float operators: pools see only the map; the average counts padding where asked") {
  Window window;
  window.kernel = {2, 2};
  window.stride = {2, 2};
  window.pad = {1, 1, 0, 0};
  CHECK(evaluate_one(MaxPool{window}, kSquare, {1, 1, 2, 2}) == std::vector<float>{1, 3, 7, 9});
  CHECK(evaluate_one(AveragePool{window, false}, kSquare, {1, 1, 2, 2}) ==
        std::vector<float>{1, 2.5f, 5.5f, 7});
  CHECK(evaluate_one(AveragePool{window, true}, kSquare, {1, 1, 2, 2}) ==
        std::vector<float>{0.25f, 1.25f, 2.75f, 7});
  CHECK(evaluate_one(GlobalAveragePool{}, kSquare, {1, 1, 1, 1}) == std::vector<float>{5});
}

// 4096 * 4097 = 2^24 + 4096. From there on a binary32 sum takes even numbers only: every further 4097 is a
// tie, and would count as 4096.
TEST_CASE("float operators: the mean of many equal cells is the cell") {
  const FloatTensor map = {{1, 1, 128, 128}, std::vector<float>(128 * 128, 4097)};
  CHECK(evaluate_one(GlobalAveragePool{}, map, {1, 1, 1, 1}) == std::vector<float>{4097});
  Window window;
  window.kernel = {128, 128};
  CHECK(evaluate_one(AveragePool{window, false}, map, {1, 1, 1, 1}) == std::vector<float>{4097});
}

TEST_CASE("float operators: cells beyond the padding (a window rounded up) count for no average") {
  Window window;
  window.kernel = {2, 2};
  window.stride = {2, 2};
  CHECK(evaluate_one(AveragePool{window, true}, kSquare, {1, 1, 2, 2}) ==
        std::vector<float>{3, 4.5f, 7.5f, 9});
}

TEST_CASE("float operators: values move where they should") {
  const FloatTensor x = {{1, 2, 3}, {1, 2, 3, 4, 5, 6}};
  CHECK(evaluate_one(Transpose{{0, 2, 1}}, x, {1, 3, 2}) == std::vector<float>{1, 4, 2, 5, 3, 6});
  CHECK(evaluate_one(Slice{{0, 1, 2}, {1, 1, -2}}, x, {1, 1, 2}) == std::vector<float>{6, 4});
  CHECK(evaluate_one(Pad{{0, 1, 0}, {0, 0, 1}}, x, {1, 3, 4}) ==
        std::vector<float>{0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0});
  CHECK(evaluate_one(Reshape{}, x, {6}) == x.values);
  const FloatTensor y = {{1, 2, 1}, {7, 8}};
  CHECK(evaluate_two(Concat{2}, x, y, {1, 2, 4}) == std::vector<float>{1, 2, 3, 7, 4, 5, 6, 8});
}

TEST_CASE("float operators: Softmax and ArgMax along an inner axis") {
  const FloatTensor x = {{1, 3, 2}, {0, 5, 0, 5, 0, 5}};
  for (const float v : evaluate_one(Softmax{1}, x, x.shape)) CHECK(v == 1.0f / 3);
  const FloatTensor y = {{1, 3, 2}, {1, 9, 3, 9, 3, 0}};
  CHECK(evaluate_one(ArgMax{1}, y, {1, 1, 2}) == std::vector<float>{1, 0});  // the lowest of equals
}

TEST_CASE("float operators: enlargement by nearest and by bilinear interpolation") {
  const FloatTensor x = {{1, 1, 1, 2}, {0, 8}};
  Resize resize;
  resize.factor_x = 2;
  CHECK(evaluate_one(resize, x, {1, 1, 1, 4}) == std::vector<float>{0, 0, 8, 8});
  resize.mode = Resize::Mode::bilinear;
  // pixel centres at -0.25, 0.25, 0.75, 1.25; clamped outside
  CHECK(evaluate_one(resize, x, {1, 1, 1, 4}) == std::vector<float>{0, 2, 6, 8});
  resize.half_pixel = false;  // 0, 0.5, 1, 1.5
  CHECK(evaluate_one(resize, x, {1, 1, 1, 4}) == std::vector<float>{0, 4, 8, 8});
}

TEST_CASE("float operators: keeping outputs only gives the outputs and nothing else") {
  GraphBuilder b;
  const TensorId x = b.input({1, 2}, {});
  const TensorId middle = b.node(Clip{}, {x}, {1, 2}, {}, relu());
  const TensorId y = b.node(Add{}, {middle, x}, {1, 2}, {});
  const auto all = run_float(b.graph, {FloatTensor{{1, 2}, {-1, 2}}});
  CHECK(all[x].values == std::vector<float>{-1, 2});
  CHECK(all[middle].values == std::vector<float>{0, 2});
  const auto outputs = run_float(b.graph, {FloatTensor{{1, 2}, {-1, 2}}}, 1, Keep::outputs);
  CHECK(outputs[y].values == std::vector<float>{-1, 4});
  CHECK(outputs[x].values.empty());
  CHECK(outputs[middle].values.empty());
}
