// BatchNormalization and the four arithmetic operators: between two tensors, or with a constant.
#include <cmath>

#include "runtime/graph/axes.h"
#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/constant_operand.h"
#include "runtime/import/operators/operators.h"

namespace mmasim::runtime::importing {
namespace {

enum class Operation { add, subtract, multiply, divide };

struct ConstantOperand {
  ConstantPtr constant;
  AxisSpan along;  // of x, that its values go along; none for a single value
};

ConstantOperand read_operand(const NodeImport& node, size_t index, const Shape& x) {
  const ConstantPtr found = node.constant(index, "operand");
  if (found->kind != Constant::Kind::real || !found->reals) {
    refuse("operand '" + found->name + "' is " +
           (found->has_values() ? found->element_type : "declared without values") +
           "; expected float values");
  }
  if (element_count(found->shape) == 1 && found->shape.size() <= x.size()) {
    require_finite(*found);
    return {found, {0, 0}};
  }
  const ConstantPtr constant = node.parameter(index, "operand");
  const std::optional<AxisSpan> along = varying_axes(constant->shape, x);
  if (!along) refuse_broadcast("constant operand", *constant, x);
  return {constant, *along};
}

void divide_guard(const Constant& divisor) {
  for (float value : *divisor.reals) {
    if (value == 0.0f) refuse("divisor '" + divisor.name + "' holds 0");
  }
}

// y = scale * x + shift for x op value, or value op x.
void set_channel(BatchNorm& norm, size_t c, Operation operation, double value, bool constant_first) {
  switch (operation) {
    case Operation::add:
      norm.shift[c] = value;
      break;
    case Operation::subtract:
      norm.scale[c] = constant_first ? -1.0 : 1.0;
      norm.shift[c] = constant_first ? value : -value;
      break;
    case Operation::multiply:
      norm.scale[c] = value;
      break;
    case Operation::divide:
      norm.scale[c] = 1.0 / value;
      break;
  }
}

// A constant of more dimensions gives the result as many: x with dimensions of 1 in front.
TensorId with_rank_of(NodeImport& node, size_t x_index, size_t rank) {
  Shape shape = node.shape(x_index);
  if (rank <= shape.size()) return node.tensor(x_index);
  shape.insert(shape.begin(), rank - shape.size(), 1);
  return node.emit_before("operand", Reshape{}, {node.tensor(x_index)}, shape);
}

void import_with_constant(NodeImport& node, Operation operation, size_t x_index) {
  const bool constant_first = x_index == 1;
  if (operation == Operation::divide && constant_first) {
    refuse("a constant divided by a tensor is not supported");
  }
  const TensorId x = with_rank_of(node, x_index, node.shape(1 - x_index).size());
  const Shape shape = node.tensor_shape(x);
  const ConstantOperand operand = read_operand(node, 1 - x_index, shape);
  if (operation == Operation::divide) divide_guard(*operand.constant);
  BatchNorm op;
  op.along = operand.along;
  op.channels = channel_count(shape, operand.along);
  // A single value will be repeated for every innermost channel.
  const int64_t innermost = shape.empty() ? 1 : shape[layout_of_rank(shape.size()).innermost()];
  node.charge(2 * static_cast<uint64_t>(operand.along.count == 0 ? innermost : op.channels));
  const std::vector<double> values = values_along(*operand.constant, shape, operand.along);
  op.scale.assign(values.size(), 1.0);
  op.shift.assign(values.size(), 0.0);
  for (size_t c = 0; c < values.size(); ++c) set_channel(op, c, operation, values[c], constant_first);
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

// Where one operand has the shape of the result, that is the first one.
template <class Op>
void import_between_tensors(NodeImport& node, bool commutes) {
  TensorId a = node.tensor(0), b = node.tensor(1);
  const bool swaps = commutes && !broadcasts(node.shape(1), node.shape(0));
  if (swaps && broadcasts(node.shape(0), node.shape(1))) std::swap(a, b);
  node.emit(Op{}, {a, b});
}

template <class Op>
void import_arithmetic(NodeImport& node, Operation operation, bool commutes) {
  align_second_operand(node);
  if (node.is_constant(0)) return import_with_constant(node, operation, 1);
  if (node.is_constant(1)) return import_with_constant(node, operation, 0);
  import_between_tensors<Op>(node, commutes);
}

}  // namespace

// Before opset 7 the second operand is repeated where `broadcast` says so, and goes from `axis` on.
void align_second_operand(NodeImport& node) {
  if (node.opset() >= 7 || node.integer("broadcast", 0) == 0 || !node.has("axis")) return;
  const size_t rank = node.shape(0).size();
  node.align_input(1, static_cast<size_t>(normal_axis(node.integer("axis", 0), rank)), rank);
}

void import_add(NodeImport& node) { import_arithmetic<Add>(node, Operation::add, true); }
void import_sub(NodeImport& node) { import_arithmetic<Sub>(node, Operation::subtract, false); }
void import_mul(NodeImport& node) { import_arithmetic<Mul>(node, Operation::multiply, true); }

void import_div(NodeImport& node) {
  align_second_operand(node);
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
