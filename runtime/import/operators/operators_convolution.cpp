// Conv, ConvTranspose, Gemm and MatMul: the operators with weights.
#include <algorithm>
#include <utility>

#include "runtime/graph/axes.h"
#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"
#include "runtime/import/operators/window_attributes.h"

namespace mmasim::runtime::importing {
namespace {

ConstantPtr with_shape(const ConstantPtr& constant, Shape shape) {
  auto viewed = std::make_shared<Constant>(*constant);
  viewed->shape = std::move(shape);
  return viewed;
}

// That of a line gets a height of 1, as its map has.
ConstantPtr read_filter(const NodeImport& node, bool is_line) {
  const ConstantPtr filter = node.parameter(1, "weights");
  const Shape& shape = filter->shape;
  if (shape.size() != (is_line ? 3 : 4)) {
    refuse("weights '" + filter->name + "' have shape " + shape_text(shape) + "; expected " +
           (is_line ? "3" : "4") + " dimensions, as many as the input");
  }
  return is_line ? with_shape(filter, {shape[0], shape[1], 1, shape[2]}) : filter;
}

int64_t read_groups(const NodeImport& node) {
  const int64_t groups = node.integer("group", 1);
  if (groups < 1 || groups > kLargestDimension) {
    refuse("group is " + std::to_string(groups) + "; expected 1.." + std::to_string(kLargestDimension));
  }
  return groups;
}

// One bias an output channel; zeros for a bias that is declared without values, as its weights are.
std::vector<double> read_bias(const NodeImport& node, int64_t channels, const ConstantPtr& weights) {
  if (!node.has_input(2)) return {};
  const ConstantPtr bias = node.parameter(2, "bias");
  if (bias->shape != Shape{channels}) {
    refuse("bias '" + bias->name + "' has shape " + shape_text(bias->shape) + "; expected " +
           shape_text({channels}));
  }
  node.charge(channels);
  if (bias->reals) return {bias->reals->begin(), bias->reals->end()};
  if (weights->reals) {
    refuse("bias '" + bias->name + "' is declared without values but weights '" + weights->name +
           "' have them");
  }
  return std::vector<double>(channels, 0.0);
}

// Padding that makes the output as large as output_shape says; a shortfall becomes output padding.
void apply_output_shape(const NodeImport& node, const Shape& x, ConvTranspose& op, bool is_line) {
  std::vector<int64_t> wanted = node.integers("output_shape");
  if (is_line && wanted.size() == 1) wanted.insert(wanted.begin(), 1);
  const std::string mode = node.text("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (!same && mode != "NOTSET" && mode != "VALID") {
    refuse("auto_pad is '" + mode + "'; expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  }
  if (wanted.empty() && !same) return;
  if (!wanted.empty() && wanted.size() != 2) {
    refuse("output_shape has " + std::to_string(wanted.size()) + " values; expected " +
           (is_line ? "1 (the length)" : "2 (rows and columns)"));
  }
  Window& window = op.window;
  for (int side = 0; side < 2; ++side) {
    const int64_t output = wanted.empty() ? x[side + 2] * window.stride[side] : wanted[side];
    if (output < 1 || output > kLargestDimension) {
      refuse("output_shape holds " + std::to_string(output) + "; expected 1.." +
             std::to_string(kLargestDimension));
    }
    const int64_t full =
        window.stride[side] * (x[side + 2] - 1) + op.output_padding[side] + window_extent(window, side);
    const int64_t total = std::max<int64_t>(0, full - output);
    op.output_padding[side] += std::max<int64_t>(0, output - full);
    window.pad[side] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    window.pad[side + 2] = total - window.pad[side];
  }
}

// A constant operand of MatMul, of a tensor of rank x_rank: a matrix, perhaps with dimensions of 1 before it.
ConstantPtr read_matrix(const NodeImport& node, size_t index, size_t x_rank) {
  const ConstantPtr matrix = node.parameter(index, "weights");
  Shape shape = matrix->shape;
  while (shape.size() > 2 && shape.front() == 1 && matrix->shape.size() <= x_rank) shape.erase(shape.begin());
  if (shape.size() != 2) {
    refuse("weights '" + matrix->name + "' have shape " + shape_text(matrix->shape) +
           "; expected 2 dimensions");
  }
  return shape == matrix->shape ? matrix : with_shape(matrix, shape);
}

// C of Gemm is broadcast to the rows and columns of the result; here it must be the same for every row.
std::vector<double> read_gemm_bias(const NodeImport& node, int64_t rows, int64_t columns,
                                   const ConstantPtr& weights) {
  const double beta = node.real("beta", 1.0);
  if (!node.has_input(2)) return {};
  const ConstantPtr c = node.parameter(2, "bias");
  const Shape& shape = c->shape;
  const bool row =
      shape == Shape{columns} || shape == Shape{1, columns} || (rows == 1 && shape == Shape{rows, columns});
  const bool single = element_count(shape) == 1 && shape.size() <= 2;
  if (!row && !single) {
    refuse("bias '" + c->name + "' has shape " + shape_text(shape) + "; expected one value for each of the " +
           std::to_string(columns) + " columns");
  }
  if (!c->reals && weights->reals) {
    refuse("bias '" + c->name + "' is declared without values but weights '" + weights->name + "' have them");
  }
  node.charge(columns);
  std::vector<double> bias(columns, 0.0);
  for (int64_t n = 0; c->reals && n < columns; ++n) bias[n] = beta * (*c->reals)[single ? 0 : n];
  return bias;
}

}  // namespace

void import_conv(NodeImport& node) {
  const FeatureMap x = read_feature_map(node);
  const ConstantPtr filter = read_filter(node, x.is_line);
  Conv op;
  op.window = read_window(node, {filter->shape[2], filter->shape[3]}, x.is_line);
  apply_auto_pad(node, x.shape, op.window);
  op.groups = read_groups(node);
  op.weights = node.weights(filter);
  op.bias = read_bias(node, filter->shape[0], filter);
  emit_map(node, std::move(op), x.tensor, x.is_line);
}

void import_conv_transpose(NodeImport& node) {
  const FeatureMap x = read_feature_map(node);
  const ConstantPtr filter = read_filter(node, x.is_line);
  ConvTranspose op;
  op.window = read_window(node, {filter->shape[2], filter->shape[3]}, x.is_line);
  const std::vector<int64_t> output_padding = read_pair(node, "output_padding", 0, 0, x.is_line);
  for (int side = 0; side < 2; ++side) {
    op.output_padding[side] = output_padding[side];
    const int64_t limit = std::max(op.window.stride[side], op.window.dilation[side]);
    if (output_padding[side] >= limit) {
      refuse("output_padding holds " + std::to_string(output_padding[side]) +
             "; expected less than stride or dilation (" + std::to_string(limit) + ")");
    }
  }
  op.groups = read_groups(node);
  apply_output_shape(node, x.shape, op, x.is_line);
  op.bias = read_bias(node, filter->shape[1] * op.groups, filter);
  op.weights = node.weights(filter);
  emit_map(node, std::move(op), x.tensor, x.is_line);
}

void import_gemm(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape& shape = node.shape(0);
  if (shape.size() != 2) refuse("its input has shape " + shape_text(shape) + "; expected 2 dimensions");
  if (node.integer("transA", 0) != 0) refuse("transA is 1; only 0 is supported");
  ConstantPtr matrix = node.parameter(1, "weights");
  if (matrix->shape.size() != 2) {
    refuse("weights '" + matrix->name + "' have shape " + shape_text(matrix->shape) +
           "; expected 2 dimensions");
  }
  if (node.integer("transB", 0) == 0) matrix = node.transposed(matrix);
  Gemm op;
  op.weights = node.weights(matrix);
  const int64_t columns = matrix->shape[0];
  op.bias = read_gemm_bias(node, shape[0], columns, matrix);
  const double alpha = node.real("alpha", 1.0);
  if (alpha != 1.0) {
    node.charge(columns);
    op.weight_scale.assign(columns, alpha);
  }
  node.emit(std::move(op), {x});
}

// x @ w: along the last axis of x.
void import_product_from_right(NodeImport& node) {
  const ConstantPtr matrix = read_matrix(node, 1, node.shape(0).size());
  Gemm op;
  op.weights = node.weights(node.transposed(matrix));
  node.emit(std::move(op), {node.tensor(0)});
}

// w @ x: along the last axis but one, as a convolution of 1x1 whose channels are that axis.
void import_product_from_left(NodeImport& node) {
  const TensorId x = node.tensor(1);
  Shape shape = node.shape(1);
  const ConstantPtr matrix = read_matrix(node, 0, shape.size());
  if (shape.size() == 1) {  // a vector has that axis only
    Gemm op;
    op.weights = node.weights(matrix);
    node.emit(std::move(op), {x});
    return;
  }
  const int64_t rows = matrix->shape[0], depth = matrix->shape[1];
  const AxisSpan along{static_cast<int64_t>(shape.size()) - 2, 1};
  if (channel_count(shape, along) != depth) {
    refuse("its input of shape " + shape_text(shape) + " has " + std::to_string(channel_count(shape, along)) +
           " rows; weights '" + matrix->name + "' of shape " + shape_text(matrix->shape) + " want " +
           std::to_string(depth));
  }
  const Shape maps{outer_count(shape, along), depth, 1, inner_count(shape, along)};
  Conv op;
  op.weights = node.weights(with_shape(matrix, {rows, depth, 1, 1}));
  op.from_gemm = true;
  const TensorId viewed = node.emit_before("maps", Reshape{}, {x}, maps);
  const TensorId product = node.emit_before("product", std::move(op), {viewed});
  shape[shape.size() - 2] = rows;
  node.emit(Reshape{}, {product}, shape);
}

void import_matmul(NodeImport& node) {
  if (node.is_constant(1)) return import_product_from_right(node);
  if (node.is_constant(0)) return import_product_from_left(node);
  refuse("a product of two tensors that the network computes, of shapes " + shape_text(node.shape(0)) +
         " and " + shape_text(node.shape(1)) + ", is not supported; expected one of them to be a constant");
}

}  // namespace mmasim::runtime::importing
