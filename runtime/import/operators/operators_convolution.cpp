// Conv, ConvTranspose, Gemm and MatMul: the operators with weights.
#include <algorithm>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"
#include "runtime/import/operators/window_attributes.h"

namespace mmasim::runtime::importing {
namespace {

ConstantPtr read_filter(const NodeImport& node) {
  const ConstantPtr filter = node.parameter(1, "weights");
  if (filter->shape.size() != 4) {
    refuse("weights '" + filter->name + "' have shape " + shape_text(filter->shape) +
           "; expected 4 dimensions (only two-dimensional convolutions are supported)");
  }
  return filter;
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
void apply_output_shape(const NodeImport& node, const Shape& x, ConvTranspose& op) {
  const std::vector<int64_t> wanted = node.integers("output_shape");
  const std::string mode = node.text("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  if (!same && mode != "NOTSET" && mode != "VALID") {
    refuse("auto_pad is '" + mode + "'; expected NOTSET, SAME_UPPER, SAME_LOWER or VALID");
  }
  if (wanted.empty() && !same) return;
  if (!wanted.empty() && wanted.size() != 2) {
    refuse("output_shape has " + std::to_string(wanted.size()) + " values; expected 2 (rows and columns)");
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
  const TensorId x = node.tensor(0);
  require_feature_map(node.shape(0));
  const ConstantPtr filter = read_filter(node);
  Conv op;
  op.window = read_window(node, {filter->shape[2], filter->shape[3]});
  apply_auto_pad(node, node.shape(0), op.window);
  op.groups = read_groups(node);
  op.weights = node.weights(filter);
  op.bias = read_bias(node, filter->shape[0], filter);
  node.emit(std::move(op), {x});
}

void import_conv_transpose(NodeImport& node) {
  const TensorId x = node.tensor(0);
  require_feature_map(node.shape(0));
  const ConstantPtr filter = read_filter(node);
  ConvTranspose op;
  op.window = read_window(node, {filter->shape[2], filter->shape[3]});
  const std::vector<int64_t> output_padding = read_pair(node, "output_padding", 0, 0);
  for (int side = 0; side < 2; ++side) {
    op.output_padding[side] = output_padding[side];
    const int64_t limit = std::max(op.window.stride[side], op.window.dilation[side]);
    if (output_padding[side] >= limit) {
      refuse("output_padding holds " + std::to_string(output_padding[side]) +
             "; expected less than stride or dilation (" + std::to_string(limit) + ")");
    }
  }
  op.groups = read_groups(node);
  apply_output_shape(node, node.shape(0), op);
  op.bias = read_bias(node, filter->shape[1] * op.groups, filter);
  op.weights = node.weights(filter);
  node.emit(std::move(op), {x});
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

void import_matmul(NodeImport& node) {
  const TensorId x = node.tensor(0);
  ConstantPtr matrix = node.parameter(1, "weights");
  Shape shape = matrix->shape;
  while (shape.size() > 2 && shape.front() == 1 && matrix->shape.size() <= node.shape(0).size())
    shape.erase(shape.begin());
  if (shape.size() != 2) {
    refuse("weights '" + matrix->name + "' have shape " + shape_text(matrix->shape) +
           "; expected 2 dimensions");
  }
  if (shape != matrix->shape) {
    auto squeezed_matrix = std::make_shared<Constant>(*matrix);
    squeezed_matrix->shape = shape;
    matrix = squeezed_matrix;
  }
  Gemm op;
  op.weights = node.weights(node.transposed(matrix));
  node.emit(std::move(op), {x});
}

}  // namespace mmasim::runtime::importing
