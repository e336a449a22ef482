// Shapes worked out by hand; for each refusal one case at the edge and one beyond it.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "runtime/graph/graph.h"

using namespace mmasim::runtime;

namespace {

std::string refusal(const Operator& op, const std::vector<Shape>& inputs, const Shape& declared = {}) {
  try {
    infer_shape(op, inputs, declared);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "(accepted)";
}

Conv conv_of(Shape weights, Window window = {}) {
  Conv op;
  window.kernel = {weights[2], weights[3]};
  op.window = window;
  op.weights = {"w", std::move(weights), nullptr};
  return op;
}

Window window_of(std::array<int64_t, 2> kernel, std::array<int64_t, 2> stride, std::array<int64_t, 4> pad) {
  Window window;
  window.kernel = kernel;
  window.stride = stride;
  window.pad = pad;
  return window;
}

}  // namespace

TEST_CASE("infer_shape: a convolution with uneven padding, stride and dilation") {
  Window window = window_of({3, 2}, {2, 1}, {1, 0, 0, 2});
  window.dilation = {2, 3};
  // rows: 9 + 1 + 0 - (2*2 + 1) = 5 -> 5/2 + 1 = 3; columns: 7 + 0 + 2 - (3*1 + 1) = 5 -> 6
  CHECK(infer_shape(conv_of({8, 3, 3, 2}, window), {{2, 3, 9, 7}}, {}) == Shape{2, 8, 3, 6});
}

TEST_CASE("infer_shape: a window as large as the padded input gives one row, a larger one none") {
  CHECK(infer_shape(conv_of({1, 1, 5, 5}), {{1, 1, 5, 5}}, {}) == Shape{1, 1, 1, 1});
  CHECK(refusal(conv_of({1, 1, 6, 5}), {{1, 1, 5, 5}}) ==
        "the window spans 6 rows but the padded input has 5");
  CHECK(refusal(conv_of({1, 1, 5, 6}), {{1, 1, 5, 5}}) ==
        "the window spans 6 columns but the padded input has 5");
}

TEST_CASE("infer_shape: groups divide the channels and weights match them") {
  Conv op = conv_of({6, 2, 1, 1});
  op.groups = 2;
  CHECK(infer_shape(op, {{1, 4, 3, 3}}, {}) == Shape{1, 6, 3, 3});
  CHECK(refusal(op, {{1, 6, 3, 3}}) == "its input has 6 channels; weights 'w' of shape [6, 2, 1, 1] want 4");
  op.groups = 4;
  CHECK(refusal(op, {{1, 8, 3, 3}}) == "group 4 does not divide the 6 output channels");
  op.groups = 0;
  CHECK(refusal(op, {{1, 8, 3, 3}}) == "group is 0; expected at least 1");
  op = conv_of({6, 2, 1, 1});
  op.bias.assign(5, 0.0);
  CHECK(refusal(op, {{1, 2, 3, 3}}) == "bias has 5 values; expected 6");
  CHECK(refusal(op, {{2, 3, 3}}) == "its input has shape [2, 3, 3]; expected 4 dimensions");
}

TEST_CASE("infer_shape: a transposed convolution undoes the stride") {
  ConvTranspose op;
  op.window = window_of({3, 3}, {2, 2}, {1, 1, 1, 1});
  op.output_padding = {1, 1};
  op.weights = {"w", {4, 5, 3, 3}, nullptr};
  op.groups = 2;
  // 2*(7-1) + 1 + 3 - 2 = 14
  CHECK(infer_shape(op, {{1, 4, 7, 7}}, {}) == Shape{1, 10, 14, 14});
  op.window.pad = {9, 1, 7, 1};
  CHECK(refusal(op, {{1, 4, 7, 7}}) == "padding leaves no output of 16 rows");
}

TEST_CASE("infer_shape: a Gemm works on the last dimension") {
  Gemm op;
  op.weights = {"w", {10, 16}, nullptr};
  CHECK(infer_shape(op, {{2, 7, 16}}, {}) == Shape{2, 7, 10});
  CHECK(refusal(op, {{2, 17}}) == "its input of shape [2, 17] has 17 columns; weights 'w' want 16");
  CHECK(infer_shape(op, {{16}}, {}) == Shape{10});
  CHECK(refusal(op, {{}}) == "its input has shape []; expected at least 1 dimension");
}

TEST_CASE("infer_shape: pools may not have windows of padding only") {
  MaxPool op;
  op.window = window_of({3, 3}, {2, 2}, {1, 1, 2, 2});
  CHECK(infer_shape(op, {{1, 8, 6, 6}}, {}) == Shape{1, 8, 4, 4});
  op.window.pad = {1, 1, 3, 2};
  CHECK(refusal(op, {{1, 8, 6, 6}}) ==
        "padding 3 is not smaller than the window of 3; some windows would hold padding only");
  AveragePool average;
  average.window = window_of({2, 2}, {0, 1}, {});
  CHECK(refusal(average, {{1, 8, 6, 6}}) == "stride is 0; expected at least 1");
  average.window = window_of({2, 2}, {1, 1}, {0, -1, 0, 0});
  CHECK(refusal(average, {{1, 8, 6, 6}}) == "padding is -1; expected at least 0");
}

TEST_CASE("infer_shape: a global pool keeps or drops height and width as declared") {
  CHECK(infer_shape(GlobalAveragePool{}, {{2, 8, 6, 5}}, {2, 8, 1, 1}) == Shape{2, 8, 1, 1});
  CHECK(infer_shape(GlobalAveragePool{}, {{2, 8, 6, 5}}, {2, 8}) == Shape{2, 8});
}

TEST_CASE("infer_shape: either operand broadcasts, and both may") {
  CHECK(infer_shape(Mul{}, {{2, 8, 6, 6}, {2, 8, 1, 1}}, {}) == Shape{2, 8, 6, 6});
  CHECK(infer_shape(Sub{}, {{2, 8, 6, 6}, {6}}, {}) == Shape{2, 8, 6, 6});
  CHECK(infer_shape(Add{}, {{6}, {2, 6}}, {}) == Shape{2, 6});
  CHECK(infer_shape(Sub{}, {{3, 1, 5}, {4, 1}}, {}) == Shape{3, 4, 5});
  CHECK(refusal(Add{}, {{4, 6}, {2, 4, 5}}) ==
        "operands of shapes [4, 6] and [2, 4, 5] do not broadcast: axis 2 is 6 and 5");
  CHECK(refusal(Add{}, {{6}}) == "it has 1 inputs; expected 2");
}

TEST_CASE("infer_shape: channel constants") {
  BatchNorm op{{1, 2}, {3, 4}, 2};
  CHECK(infer_shape(op, {{1, 2, 5}}, {}) == Shape{1, 2, 5});
  CHECK(refusal(op, {{1, 3, 5}}) ==
        "its input of shape [1, 3, 5] has 3 channels along axis 1; its constants want 2");
  CHECK(infer_shape(BatchNorm{{}, {}, 15, {1, 2}}, {{2, 3, 5}}, {}) == Shape{2, 3, 5});
  CHECK(infer_shape(BatchNorm{{2}, {1}, 1, {0, 0}}, {{}}, {}) == Shape{});
  CHECK(refusal(BatchNorm{{}, {}, 5, {1, 2}}, {{2, 3, 5}}) ==
        "its input of shape [2, 3, 5] has 15 channels along axes 1 to 2; its constants want 5");
  CHECK(refusal(BatchNorm{{}, {}, 5, {2, 2}}, {{2, 3, 5}}) ==
        "axes 2 to 3 are not in an input of shape [2, 3, 5]");
  CHECK(infer_shape(BatchNorm{{}, {}, 3}, {{1, 3}}, {}) == Shape{1, 3});
  CHECK(infer_shape(Prelu{{0.1}, 0}, {{7}}, {}) == Shape{7});
  CHECK(infer_shape(Prelu{{0.1, 0.2}, 2}, {{1, 2, 3, 3}}, {}) == Shape{1, 2, 3, 3});
  CHECK(refusal(Prelu{{0.1, 0.2}, 2}, {{1, 3, 3, 3}}) ==
        "its input of shape [1, 3, 3, 3] has 3 channels along axis 1; its slopes want 2");
}

TEST_CASE("infer_shape: joining, padding, permuting, slicing") {
  CHECK(infer_shape(Concat{1}, {{1, 2, 4, 4}, {1, 3, 4, 4}, {1, 1, 4, 4}}, {}) == Shape{1, 6, 4, 4});
  CHECK(refusal(Concat{1}, {{1, 2, 4, 4}, {1, 3, 4, 5}}) ==
        "inputs of shapes [1, 2, 4, 4] and [1, 3, 4, 5] cannot be joined along axis 1");
  CHECK(infer_shape(Pad{{0, 1}, {2, 0}}, {{4, 5}}, {}) == Shape{6, 6});
  CHECK(refusal(Pad{{0, -1}, {2, 0}}, {{4, 5}}) == "padding is -1; expected at least 0");
  CHECK(infer_shape(Transpose{{0, 2, 3, 1}}, {{1, 3, 8, 9}}, {}) == Shape{1, 8, 9, 3});
  CHECK(refusal(Transpose{{0, 1, 1}}, {{1, 3, 8}}) ==
        "perm [0, 1, 1] is no permutation of the dimensions of [1, 3, 8]");
  // 7, 4, 1 of eight elements; one more would be -2
  CHECK(infer_shape(Slice{{7}, {-3}}, {{8}}, {3}) == Shape{3});
  CHECK(refusal(Slice{{7}, {-3}}, {{8}}, {4}) == "a slice of 4 from 7 by -3 leaves dimension 0 of [8]");
}

TEST_CASE("infer_shape: views keep the number of elements") {
  CHECK(infer_shape(Reshape{}, {{2, 3, 4}}, {6, 4}) == Shape{6, 4});
  CHECK(refusal(Reshape{}, {{2, 3, 4}}, {5, 5}) ==
        "an input of shape [2, 3, 4] (24 elements) cannot become [5, 5] (25 elements)");
}

TEST_CASE("infer_shape: Softmax, ArgMax and Resize") {
  CHECK(infer_shape(Softmax{1}, {{1, 10}}, {}) == Shape{1, 10});
  CHECK(refusal(Softmax{2}, {{1, 10}}) == "axis 2 is not in an input of shape [1, 10]");
  CHECK(infer_shape(ArgMax{1}, {{2, 10, 3}}, {2, 1, 3}) == Shape{2, 1, 3});
  CHECK(infer_shape(ArgMax{1}, {{2, 10, 3}}, {2, 3}) == Shape{2, 3});
  Resize op;
  op.factor_y = 2;
  op.factor_x = 3;
  CHECK(infer_shape(op, {{1, 4, 5, 6}}, {}) == Shape{1, 4, 10, 18});
  op.factor_y = 0;
  CHECK(refusal(op, {{1, 4, 5, 6}}) == "scale factors are 0 and 3; expected whole numbers from 1");
}
