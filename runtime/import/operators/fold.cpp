// Constant folding: shape arithmetic, and the copies and rearrangements that exporters leave before weights.
// Only what such graphs use; every other operator on constants alone is refused.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"

namespace mmasim::runtime::importing {
namespace {

const Constant& valued(const ConstantPtr& constant) {
  if (!constant->has_values()) refuse("'" + constant->name + "' is declared without values");
  return *constant;
}

ConstantPtr with_shape(const ConstantPtr& constant, Shape shape) {
  auto copy = std::make_shared<Constant>(*constant);
  checked_elements(shape, "its result", Emptiness::allowed);
  copy->shape = std::move(shape);
  return copy;
}

// A constant of the source's kind whose values `fill(source values, new values)` writes.
template <class Fill>
ConstantPtr derive(const NodeImport& node, const Constant& source, Shape shape, Fill fill) {
  const auto count = static_cast<size_t>(checked_elements(shape, "its result", Emptiness::allowed));
  node.charge(count);
  if (source.kind == Constant::Kind::integer) {
    std::vector<int64_t> values(count);
    fill(*source.integers, values);
    return make_integers(node.output_name(0), std::move(shape), std::move(values));
  }
  std::vector<float> values(count);
  fill(*source.reals, values);
  return make_reals(node.output_name(0), std::move(shape), std::move(values));
}

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

// Visits the elements of a box in row-major order with their offset in a source of other strides.
template <class Visit>
void for_each_offset(const Shape& shape, int64_t first, const Shape& strides, Visit visit) {
  const int64_t count = element_count(shape);
  Shape at(shape.size(), 0);
  int64_t offset = first;
  for (int64_t i = 0; i < count; ++i) {
    visit(i, offset);
    for (size_t d = shape.size(); d-- > 0;) {
      offset += strides[d];
      if (++at[d] < shape[d]) break;
      offset -= strides[d] * shape[d];
      at[d] = 0;
    }
  }
}

void fold_constant(NodeImport& node) {
  const std::string& name = node.output_name(0);
  if (const auto* value = node.tensor_attribute("value"))
    return node.emit_constant(node.decode(*value, name));
  if (node.has("value_float"))
    return node.emit_constant(make_reals(name, {}, {static_cast<float>(node.real("value_float", 0))}));
  if (node.has("value_int"))
    return node.emit_constant(make_integers(name, {}, {node.integer("value_int", 0)}));
  if (node.has("value_floats")) {
    const std::vector<float> values = node.reals("value_floats");
    return node.emit_constant(make_reals(name, {static_cast<int64_t>(values.size())}, values));
  }
  if (node.has("value_ints")) {
    const std::vector<int64_t> values = node.integers("value_ints");
    return node.emit_constant(make_integers(name, {static_cast<int64_t>(values.size())}, values));
  }
  refuse("only constants of float and integer values are supported");
}

void fold_identity(NodeImport& node) { node.emit_constant(node.constant(0, "input")); }

void fold_shape(NodeImport& node) {
  const Shape& shape = node.shape(0);
  const auto rank = static_cast<int64_t>(shape.size());
  const auto bound = [&](int64_t value) {
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const int64_t start = bound(node.integer("start", 0)), end = bound(node.integer("end", rank));
  std::vector<int64_t> values;
  for (int64_t d = start; d < end; ++d) values.push_back(shape[d]);
  node.emit_constant(make_integers(node.output_name(0), {static_cast<int64_t>(values.size())}, values));
}

void fold_gather(NodeImport& node) {
  const ConstantPtr data = node.constant(0, "data"), places = node.constant(1, "indices");
  if (places->kind != Constant::Kind::integer)
    refuse("indices are " + places->element_type + "; expected integers");
  const int64_t axis = normal_axis(node.integer("axis", 0), data->shape.size());
  const int64_t size = data->shape[axis];
  int64_t outer = 1, inner = 1;
  Shape shape(data->shape.begin(), data->shape.begin() + axis);
  for (int64_t dimension : shape) outer *= dimension;
  shape.insert(shape.end(), places->shape.begin(), places->shape.end());
  for (size_t d = axis + 1; d < data->shape.size(); ++d) {
    inner *= data->shape[d];
    shape.push_back(data->shape[d]);
  }
  for (int64_t place : *places->integers) {
    if (place < -size || place >= size)
      refuse("index " + std::to_string(place) + " is outside " + std::to_string(size) + " elements");
  }
  node.emit_constant(derive(node, valued(data), shape, [&](const auto& in, auto& out) {
    auto next = out.begin();
    for (int64_t o = 0; o < outer; ++o) {
      for (int64_t place : *places->integers) {
        const int64_t row = o * size + (place < 0 ? place + size : place);
        next = std::copy_n(in.begin() + row * inner, inner, next);
      }
    }
  }));
}

void fold_concat(NodeImport& node) {
  const ConstantPtr first = node.constant(0, "input");
  const int64_t axis = normal_axis(node.integer("axis", 0), first->shape.size());
  std::vector<Shape> shapes;
  for (size_t i = 0; i < node.input_count(); ++i) {
    const ConstantPtr part = node.constant(i, "input");
    if (valued(part).kind != first->kind)
      refuse("inputs have element types " + first->element_type + " and " + part->element_type);
    shapes.push_back(part->shape);
  }
  const Shape shape = infer_shape(Concat{axis}, shapes, {});
  int64_t outer = 1, inner = 1;
  for (int64_t d = 0; d < axis; ++d) outer *= shape[d];
  for (size_t d = axis + 1; d < shape.size(); ++d) inner *= shape[d];
  node.emit_constant(derive(node, *first, shape, [&](const auto&, auto& out) {
    auto next = out.begin();
    for (int64_t o = 0; o < outer; ++o) {
      for (size_t i = 0; i < node.input_count(); ++i) {
        const ConstantPtr part = node.constant(i, "input");
        const int64_t run = part->shape[axis] * inner;
        if constexpr (std::is_same_v<std::decay_t<decltype(out)>, std::vector<float>>) {
          next = std::copy_n(part->reals->begin() + o * run, run, next);
        } else {
          next = std::copy_n(part->integers->begin() + o * run, run, next);
        }
      }
    }
  }));
}

void fold_slice(NodeImport& node) {
  const ConstantPtr data = node.constant(0, "data");
  const Selection taken = selection(node, data->shape);
  Shape strides = row_major_strides(data->shape);
  int64_t first = 0;
  for (size_t d = 0; d < strides.size(); ++d) {
    first += taken.start[d] * strides[d];
    strides[d] *= taken.step[d];
  }
  node.emit_constant(derive(node, valued(data), taken.size, [&](const auto& in, auto& out) {
    for_each_offset(taken.size, first, strides, [&](int64_t i, int64_t offset) { out[i] = in[offset]; });
  }));
}

void fold_transpose(NodeImport& node) {
  const ConstantPtr data = node.constant(0, "data");
  const Transpose op{permutation(node, data->shape.size())};
  const Shape shape = infer_shape(op, {data->shape}, {});
  if (!data->has_values()) return node.emit_constant(declare_reals(data->name, shape));
  const Shape from = row_major_strides(data->shape);
  Shape strides(shape.size());
  for (size_t d = 0; d < shape.size(); ++d) strides[d] = from[op.permutation[d]];
  const ConstantPtr turned = derive(node, *data, shape, [&](const auto& in, auto& out) {
    for_each_offset(shape, 0, strides, [&](int64_t i, int64_t offset) { out[i] = in[offset]; });
  });
  auto named = std::make_shared<Constant>(*turned);
  named->name = data->name;
  node.emit_constant(named);
}

void fold_view(NodeImport& node) {
  const ConstantPtr data = node.constant(0, "data");
  const Shape& shape = data->shape;
  if (node.op() == "Squeeze") return node.emit_constant(with_shape(data, squeezed(node, shape)));
  if (node.op() == "Unsqueeze") return node.emit_constant(with_shape(data, unsqueezed(node, shape)));
  if (node.op() == "Reshape") return node.emit_constant(with_shape(data, reshaped(node, shape)));
  const int64_t axis = node.integer("axis", 1);
  const int64_t split = axis == static_cast<int64_t>(shape.size()) ? axis : normal_axis(axis, shape.size());
  node.emit_constant(with_shape(data, flattened(shape, split)));
}

int64_t to_integer(double value) {
  if (!(value > -9.2e18 && value < 9.2e18)) refuse("a cast of " + std::to_string(value) + " to an integer");
  return static_cast<int64_t>(value);
}

void fold_cast(NodeImport& node) {
  const ConstantPtr data = node.constant(0, "data");
  const int64_t to = cast_target(node);
  const bool real = to == onnx::TensorProto::FLOAT || to == onnx::TensorProto::FLOAT16 ||
                    to == onnx::TensorProto::DOUBLE || to == onnx::TensorProto::BFLOAT16;
  const bool integer = to == onnx::TensorProto::INT64 || to == onnx::TensorProto::INT32;
  const bool boolean = to == onnx::TensorProto::BOOL;
  if (!real && !integer && !boolean) {
    refuse("a cast of a constant to element type " + std::to_string(to) +
           " is not supported; expected float, int32, int64 or bool");
  }
  const bool is_real = data->kind == Constant::Kind::real;
  if (real && is_real) return node.emit_constant(data);
  if (integer && !is_real) return node.emit_constant(data);
  const Constant& source = valued(data);
  node.charge(static_cast<uint64_t>(element_count(source.shape)));
  if (real) {
    node.emit_constant(
        make_reals(node.output_name(0), source.shape, {source.integers->begin(), source.integers->end()}));
    return;
  }
  std::vector<int64_t> values;
  if (is_real) {
    for (float value : *source.reals) values.push_back(boolean ? int64_t{value != 0.0f} : to_integer(value));
  } else {
    for (int64_t value : *source.integers) values.push_back(value != 0);
  }
  node.emit_constant(make_integers(node.output_name(0), source.shape, std::move(values)));
}

void fold_constant_of_shape(NodeImport& node) {
  const Shape shape = node.integer_list(0, "shape");
  const auto count = static_cast<size_t>(checked_elements(shape, "its result", Emptiness::allowed));
  node.charge(count);
  const std::string& name = node.output_name(0);
  const auto* value = node.tensor_attribute("value");
  if (!value) return node.emit_constant(make_reals(name, shape, std::vector<float>(count, 0.0f)));
  const ConstantPtr single = node.decode(*value, name);
  if (element_count(single->shape) != 1)
    refuse("value has shape " + shape_text(single->shape) + "; expected one element");
  if (single->kind == Constant::Kind::integer) {
    return node.emit_constant(
        make_integers(name, shape, std::vector<int64_t>(count, single->integers->front())));
  }
  node.emit_constant(make_reals(name, shape, std::vector<float>(count, single->reals->front())));
}

int64_t compute(const std::string& op, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflow = false;
  if (op == "Add") overflow = __builtin_add_overflow(a, b, &result);
  if (op == "Sub") overflow = __builtin_sub_overflow(a, b, &result);
  if (op == "Mul") overflow = __builtin_mul_overflow(a, b, &result);
  if (op == "Div") {
    if (b == 0) refuse("a division of constants by 0");
    overflow = b == -1 && a == INT64_MIN;
    if (!overflow) result = a / b;
  }
  if (overflow) refuse("a result of constants exceeds 63 bits");
  return result;
}

float compute(const std::string& op, float a, float b) {
  return op == "Add" ? a + b : op == "Sub" ? a - b : op == "Mul" ? a * b : a / b;
}

// Strides of an operand within the result's shape: 0 where it is broadcast.
Shape operand_strides(const Shape& operand, const Shape& result) {
  const Shape own = row_major_strides(operand);
  Shape strides(result.size(), 0);
  const size_t lead = result.size() - operand.size();
  for (size_t d = 0; d < operand.size(); ++d) strides[lead + d] = operand[d] == 1 ? 0 : own[d];
  return strides;
}

Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (size_t d = 0; d < out.size(); ++d) {
    const int64_t left = d < a.size() ? a[a.size() - 1 - d] : 1,
                  right = d < b.size() ? b[b.size() - 1 - d] : 1;
    if (left != right && left != 1 && right != 1)
      refuse("constants of shapes " + shape_text(a) + " and " + shape_text(b) + " do not broadcast");
    out[out.size() - 1 - d] = left == 1 ? right : left;
  }
  return out;
}

void fold_arithmetic(NodeImport& node) {
  align_second_operand(node);
  const ConstantPtr a = node.constant(0, "operand"), b = node.constant(1, "operand");
  if (valued(a).kind != valued(b).kind)
    refuse("operands have element types " + a->element_type + " and " + b->element_type);
  const Shape shape = broadcast_shape(a->shape, b->shape);
  const Shape strides_a = operand_strides(a->shape, shape), strides_b = operand_strides(b->shape, shape);
  node.emit_constant(derive(node, *a, shape, [&](const auto& left, auto& out) {
    const auto& right = [&]() -> const auto& {
      if constexpr (std::is_same_v<std::decay_t<decltype(out)>, std::vector<float>>)
        return *b->reals;
      else
        return *b->integers;
    }
    ();
    for_each_offset(shape, 0, strides_a, [&](int64_t i, int64_t offset) { out[i] = left[offset]; });
    for_each_offset(shape, 0, strides_b,
                    [&](int64_t i, int64_t offset) { out[i] = compute(node.op(), out[i], right[offset]); });
  }));
}

void fold_rounding(NodeImport& node) {
  const ConstantPtr data = node.constant(0, "operand");
  if (data->kind != Constant::Kind::real) refuse("operand is " + data->element_type + "; expected floats");
  const bool down = node.op() == "Floor";
  node.emit_constant(derive(node, valued(data), data->shape, [&](const auto& in, auto& out) {
    for (size_t i = 0; i < out.size(); ++i) {
      out[i] = static_cast<std::decay_t<decltype(out[i])>>(down ? std::floor(in[i]) : std::ceil(in[i]));
    }
  }));
}

}  // namespace

bool fold(NodeImport& node) {
  static const std::map<std::string, void (*)(NodeImport&)> kFolds = {
      {"Constant", fold_constant},
      {"Identity", fold_identity},
      {"Shape", fold_shape},
      {"Gather", fold_gather},
      {"Concat", fold_concat},
      {"Slice", fold_slice},
      {"Squeeze", fold_view},
      {"Unsqueeze", fold_view},
      {"Reshape", fold_view},
      {"Flatten", fold_view},
      {"Transpose", fold_transpose},
      {"Cast", fold_cast},
      {"Add", fold_arithmetic},
      {"Sub", fold_arithmetic},
      {"Mul", fold_arithmetic},
      {"Div", fold_arithmetic},
      {"Floor", fold_rounding},
      {"Ceil", fold_rounding},
      {"ConstantOfShape", fold_constant_of_shape}};
  const auto found = kFolds.find(node.op());
  if (found == kFolds.end()) return false;
  found->second(node);
  return true;
}

}  // namespace mmasim::runtime::importing
