// Activations, Softmax and ArgMax.
#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/graph/axes.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/constant_operand.h"
#include "runtime/import/operators/operators.h"

namespace mmasim::runtime::importing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A bound at or beyond the largest float bounds nothing.
double bound(double value, const char* what) {
  if (std::isnan(value)) refuse(std::string(what) + " is NaN");
  constexpr double kLargest = std::numeric_limits<float>::max();
  return value >= kLargest ? kInfinity : value <= -kLargest ? -kInfinity : value;
}

double clip_bound(const NodeImport& node, const char* attribute, size_t input, double absent) {
  if (node.opset() < 11) return bound(node.real(attribute, absent), attribute);
  return node.has_input(input) ? bound(node.real_scalar(input, attribute), attribute) : absent;
}

double finite(const NodeImport& node, const char* attribute, double absent) {
  const double value = node.real(attribute, absent);
  if (!std::isfinite(value)) refuse(std::string(attribute) + " is not finite");
  return value;
}

}  // namespace

void import_relu(NodeImport& node) {
  node.emit(Clip{}, {node.tensor(0)}, {}, {Activation::Kind::relu, 0, 0});
}

void import_clip(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const double low = clip_bound(node, "min", 1, -kInfinity), high = clip_bound(node, "max", 2, kInfinity);
  if (low > high) refuse("min " + std::to_string(low) + " exceeds max " + std::to_string(high));
  if (low == -kInfinity && high == kInfinity) {
    node.emit(Reshape{}, {x}, Shape(node.shape(0)));
  } else if (low == 0 && high == kInfinity) {
    node.emit(Clip{}, {x}, {}, {Activation::Kind::relu, 0, 0});
  } else {
    node.emit(Clip{}, {x}, {}, {Activation::Kind::clip, low, high});
  }
}

void import_leaky_relu(NodeImport& node) {
  Prelu op;
  op.slopes = {finite(node, "alpha", 0.01f)};
  node.emit(std::move(op), {node.tensor(0)});
}

void import_prelu(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  // Before opset 7 a list of slopes is one per channel.
  if (node.opset() < 7 && node.shape(1).size() == 1 && shape.size() > 2) node.align_input(1, 1, shape.size());
  const ConstantPtr slope = node.parameter(1, "slope");
  const int64_t count = element_count(slope->shape);
  Prelu op;
  if (count > 1) {
    const auto along = varying_axes(slope->shape, shape);
    if (!along) refuse_broadcast("slope", *slope, shape);
    op.along = *along;
    op.channels = channel_count(shape, *along);
  }
  node.charge(std::max<int64_t>(op.channels, 1));
  if (slope->reals) op.slopes = values_along(*slope, shape, op.channels > 0 ? op.along : AxisSpan{0, 0});
  node.emit(std::move(op), {x});
}

void import_sigmoid(NodeImport& node) { node.emit(Unary{Unary::Kind::sigmoid, 0.2, 0.5}, {node.tensor(0)}); }

void import_hard_sigmoid(NodeImport& node) {
  const double alpha = finite(node, "alpha", 0.2f), beta = finite(node, "beta", 0.5f);
  node.emit(Unary{Unary::Kind::hard_sigmoid, alpha, beta}, {node.tensor(0)});
}

void import_hard_swish(NodeImport& node) {
  node.emit(Unary{Unary::Kind::hard_swish, 1.0 / 6.0, 0.5}, {node.tensor(0)});
}

// Before opset 13 Softmax normalizes over all dimensions from `axis` on, taken as one.
void import_softmax(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  const int64_t axis = normal_axis(node.integer("axis", node.opset() < 13 ? 1 : -1), shape.size());
  int64_t behind = 1;
  for (size_t d = axis + 1; d < shape.size(); ++d) behind *= shape[d];
  if (node.opset() >= 13 || behind == 1) {
    node.emit(Softmax{axis}, {x});
    return;
  }
  const TensorId rows = node.emit_before("rows", Reshape{}, {x}, flattened(shape, axis));
  const TensorId normalized = node.emit_before("normalized", Softmax{1}, {rows});
  node.emit(Reshape{}, {normalized}, shape);
}

void import_argmax(NodeImport& node) {
  const TensorId x = node.tensor(0);
  Shape shape = node.shape(0);
  const int64_t axis = normal_axis(node.integer("axis", 0), shape.size());
  if (node.integer("select_last_index", 0) != 0)
    refuse("select_last_index is 1; only 0 (the lowest index) is supported");
  if (node.integer("keepdims", 1) != 0) {
    shape[axis] = 1;
  } else if (shape.size() == 1) {
    refuse("keepdims is 0 with an input of one dimension; expected 1");
  } else {
    shape.erase(shape.begin() + axis);
  }
  node.emit(ArgMax{axis}, {x}, shape);
}

}  // namespace mmasim::runtime::importing
