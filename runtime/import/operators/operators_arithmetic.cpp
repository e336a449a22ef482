// BatchNormalization and the four arithmetic operators: between two tensors, or with a constant per channel.
#include <cmath>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"

namespace mmasim::runtime::importing {
namespace {

enum class Operation { add, subtract, multiply, divide };

constexpr const char* kConstantRule = "expected one value, or one for each channel (axis 1)";

// Where the values of a constant operand vary: nowhere, along one axis of x, or otherwise.
std::optional<int64_t> varying_axis(const Shape& constant, const Shape& x) {
  if (constant.size() > x.size()) return std::nullopt;
  std::optional<int64_t> axis;
  const size_t lead = x.size() - constant.size();
  for (size_t d = 0; d < constant.size(); ++d) {
    if (constant[d] == 1) continue;
    if (axis || constant[d] != x[lead + d]) return std::nullopt;
    axis = static_cast<int64_t>(lead + d);
  }
  return axis;
}

struct ConstantOperand {
  ConstantPtr constant;
  bool single = false;
  std::optional<int64_t> axis;  // that its values go along, unless single
};

ConstantOperand read_operand(const NodeImport& node, size_t index, const Shape& x) {
  ConstantOperand operand;
  const ConstantPtr found = node.constant(index, "operand");
  operand.single = element_count(found->shape) == 1;
  if (found->kind != Constant::Kind::real || !found->reals) {
    refuse("operand '" + found->name + "' is " +
           (found->has_values() ? found->element_type : "declared without values") +
           "; expected float values");
  }
  if (operand.single && found->shape.size() <= x.size()) {
    require_finite(*found);
    operand.constant = found;
    return operand;
  }
  operand.single = false;
  operand.constant = node.parameter(index, "operand");
  operand.axis = varying_axis(operand.constant->shape, x);
  if (!operand.axis) {
    refuse("constant operand '" + found->name + "' of shape " + shape_text(found->shape) +
           " with an input of shape " + shape_text(x) + ": " + kConstantRule);
  }
  return operand;
}

// x @ w + b over three or more dimensions: the bias goes along the last axis, where no BatchNorm can put it.
bool merge_into_gemm(NodeImport& node, size_t x_index, const ConstantOperand& operand, const Shape& x) {
  const bool last_axis = operand.axis && *operand.axis == static_cast<int64_t>(x.size()) - 1;
  if (!last_axis || x.size() < 3) return false;
  Node* producer = nullptr;
  if (!node.take_over(x_index, &producer)) return false;
  auto& gemm = std::get<Gemm>(producer->op);
  gemm.bias.resize(x.back(), 0.0);
  for (int64_t n = 0; n < x.back(); ++n) gemm.bias[n] += (*operand.constant->reals)[n];
  return true;
}

void divide_guard(const ConstantOperand& operand) {
  for (float value : *operand.constant->reals) {
    if (value == 0.0f) refuse("divisor '" + operand.constant->name + "' holds 0");
  }
}

// y = x op constant, or constant op x, as scale and shift per channel.
void import_with_constant(NodeImport& node, Operation operation, size_t x_index) {
  const TensorId x = node.tensor(x_index);
  const Shape shape = node.shape(x_index);
  const bool constant_first = x_index == 1;
  const ConstantOperand operand = read_operand(node, 1 - x_index, shape);
  if (operation == Operation::add && !operand.single && node.is_gemm(x_index) &&
      merge_into_gemm(node, x_index, operand, shape)) {
    return;
  }
  if (shape.size() < 2 || (operand.axis && *operand.axis != 1)) {
    refuse("constant operand '" + operand.constant->name + "' of shape " +
           shape_text(operand.constant->shape) + " with an input of shape " + shape_text(shape) + ": " +
           kConstantRule);
  }
  if (operation == Operation::divide) {
    if (constant_first) refuse("a constant divided by a tensor is not supported");
    divide_guard(operand);
  }
  node.charge(2 * static_cast<uint64_t>(shape[1]));
  BatchNorm op;
  op.channels = shape[1];
  op.scale.assign(op.channels, 1.0);
  op.shift.assign(op.channels, 0.0);
  for (int64_t c = 0; c < op.channels; ++c) {
    const double value = (*operand.constant->reals)[operand.single ? 0 : c];
    switch (operation) {
      case Operation::add:
        op.shift[c] = value;
        break;
      case Operation::subtract:
        op.scale[c] = constant_first ? -1.0 : 1.0;
        op.shift[c] = constant_first ? value : -value;
        break;
      case Operation::multiply:
        op.scale[c] = value;
        break;
      case Operation::divide:
        op.scale[c] = 1.0 / value;
        break;
    }
  }
  node.emit(std::move(op), {x});
}

bool broadcasts(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  const size_t lead = to.size() - from.size();
  for (size_t d = 0; d < from.size(); ++d) {
    if (from[d] != 1 && from[d] != to[lead + d]) return false;
  }
  return true;
}

template <class Op>
void import_between_tensors(NodeImport& node, bool commutes) {
  TensorId a = node.tensor(0), b = node.tensor(1);
  if (!broadcasts(node.shape(1), node.shape(0))) {
    if (!broadcasts(node.shape(0), node.shape(1))) {
      refuse("operands of shapes " + shape_text(node.shape(0)) + " and " + shape_text(node.shape(1)) +
             "; expected one to broadcast to the other");
    }
    if (!commutes) {
      refuse("the first operand of shape " + shape_text(node.shape(0)) + " would broadcast to " +
             shape_text(node.shape(1)) + "; only the second may");
    }
    std::swap(a, b);
  }
  node.emit(Op{}, {a, b});
}

template <class Op>
void import_arithmetic(NodeImport& node, Operation operation, bool commutes) {
  if (node.is_constant(0)) return import_with_constant(node, operation, 1);
  if (node.is_constant(1)) return import_with_constant(node, operation, 0);
  import_between_tensors<Op>(node, commutes);
}

}  // namespace

void import_add(NodeImport& node) { import_arithmetic<Add>(node, Operation::add, true); }
void import_sub(NodeImport& node) { import_arithmetic<Sub>(node, Operation::subtract, false); }
void import_mul(NodeImport& node) { import_arithmetic<Mul>(node, Operation::multiply, true); }

void import_div(NodeImport& node) {
  if (!node.is_constant(0) && !node.is_constant(1))
    refuse("a tensor divided by a tensor is not supported; expected a constant divisor");
  import_with_constant(node, Operation::divide, node.is_constant(0) ? 1 : 0);
}

void import_batch_normalization(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape& shape = node.shape(0);
  if (shape.size() < 2)
    refuse("its input has shape " + shape_text(shape) + "; expected at least 2 dimensions");
  if (node.integer("training_mode", 0) != 0) refuse("training_mode is 1; only inference (0) is supported");
  if (node.integer("spatial", 1) != 1)
    refuse("spatial is 0; only 1 (one mean and variance for each channel) is supported");
  node.require_first_output_only();
  static constexpr const char* kRoles[] = {"scale", "bias", "mean", "variance"};
  ConstantPtr constants[4];
  bool valued = true;
  for (int i = 0; i < 4; ++i) {
    constants[i] = node.parameter(i + 1, kRoles[i]);
    if (constants[i]->shape != Shape{shape[1]}) {
      refuse(std::string(kRoles[i]) + " '" + constants[i]->name + "' has shape " +
             shape_text(constants[i]->shape) + "; expected " + shape_text({shape[1]}));
    }
    valued = valued && constants[i]->reals;
  }
  BatchNorm op;
  op.channels = shape[1];
  const double epsilon = node.real("epsilon", 1e-5f);
  if (valued) {
    node.charge(2 * static_cast<uint64_t>(op.channels));
    for (int64_t c = 0; c < op.channels; ++c) {
      const auto value = [&](int i) { return static_cast<double>((*constants[i]->reals)[c]); };
      const double spread = value(3) + epsilon;
      if (!(spread > 0.0)) {
        refuse("variance '" + constants[3]->name + "' plus epsilon is not positive at channel " +
               std::to_string(c));
      }
      const double scale = value(0) / std::sqrt(spread);
      op.scale.push_back(scale);
      op.shift.push_back(value(1) - value(2) * scale);
    }
  }
  node.emit(std::move(op), {x});
}

}  // namespace mmasim::runtime::importing
