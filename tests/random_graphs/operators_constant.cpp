// Operators that the importer computes itself, each with something that uses the result.
#include <cmath>

#include "tests/random_graphs/broadcast.h"
#include "tests/random_graphs/operators.h"

namespace mmasim::random_graphs {
namespace {

using tests::integer;

void draw_rounded(Drawing& drawing, const std::string& op) {
  const auto x = drawing.operand();
  const auto shape = drawn_constant_shape(drawing, x.shape);
  const auto rounded = drawing.emit_constant(op, {drawing.weights(shape, 3)});
  drawing.emit(drawing.choices().flip() ? "Add" : "Mul", {x.name, rounded}, x.shape);
}

std::string unsqueezed(Drawing& drawing, const std::string& scalar) {
  if (drawing.opset() < 13) return drawing.emit_constant("Unsqueeze", {scalar}, {tests::ints("axes", {0})});
  return drawing.emit_constant("Unsqueeze", {scalar, drawing.integers({0})});
}

std::string scalar_index(Drawing& drawing, int64_t value) {
  return drawing.emit_constant("Constant", {}, {tests::tensor("value", tests::integer_tensor({}, {value}))});
}

}  // namespace

void draw_ceil(Drawing& drawing) { draw_rounded(drawing, "Ceil"); }
void draw_floor(Drawing& drawing) { draw_rounded(drawing, "Floor"); }

void draw_constant(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto values = drawing.values(1, 2);
  const auto constant =
      drawing.choices().flip()
          ? drawing.emit_constant("Constant", {}, {tests::tensor("value", tests::float_tensor({}, values))})
          : drawing.emit_constant("Cast", {scalar_index(drawing, 3)},
                                  {integer("to", onnx::TensorProto::FLOAT)});
  drawing.emit("Mul", {constant, x.name}, x.shape);
}

// Zeros joined to data along an axis, as networks pad channels.
void draw_constant_of_shape(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto rank = static_cast<uint32_t>(x.shape.size());
  const uint32_t axis = (drawing.choices().below(rank) + (rank > 1 ? 1 : 0)) % rank;
  Shape added = x.shape, shape = x.shape;
  added[axis] = std::min<int64_t>(drawing.dimension(), 5);
  shape[axis] += added[axis];
  const auto zeros = drawing.emit_constant("ConstantOfShape", {drawing.integers(added)});
  std::vector<std::string> inputs = {x.name, zeros};
  if (drawing.choices().flip()) std::swap(inputs[0], inputs[1]);
  drawing.emit("Concat", inputs, shape, {integer("axis", axis)});
}

// A slope taken from a table of constants.
void draw_gather(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto table = drawing.weights({5}, 2);
  const auto value =
      drawing.emit_constant("Gather", {table, scalar_index(drawing, drawing.choices().below(5))});
  drawing.emit(drawing.choices().flip() ? "Mul" : "Add", {x.name, value}, x.shape);
}

// x.reshape(x.shape[0], -1), as exporters write it.
void draw_shape(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto shape = drawing.emit_constant("Shape", {x.name});
  const auto first = drawing.emit_constant("Gather", {shape, scalar_index(drawing, 0)}, {integer("axis", 0)});
  const auto wanted = drawing.emit_constant("Concat", {unsqueezed(drawing, first), drawing.integers({-1})},
                                            {integer("axis", 0)});
  drawing.emit("Reshape", {x.name, wanted}, {x.shape[0], count_of(x.shape) / x.shape[0]});
}

}  // namespace mmasim::random_graphs
