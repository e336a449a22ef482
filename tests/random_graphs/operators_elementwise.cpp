// Arithmetic, activations, Softmax and ArgMax.
#include <algorithm>
#include <cmath>

#include "tests/random_graphs/broadcast.h"
#include "tests/random_graphs/operators.h"

namespace mmasim::random_graphs {
namespace {

using tests::integer;
using tests::real;

// x op constant, or constant op x.
void draw_with_constant(Drawing& drawing, const std::string& op) {
  const auto x = drawing.operand();
  const auto shape = drawn_constant_shape(drawing, x.shape);
  auto values = drawing.values(count_of(shape), 2);
  if (op == "Div") {
    for (auto& value : values) value = value >= 0 ? value + 0.5f : value - 0.5f;
  }
  const auto constant = drawing.reals(shape, values);
  const bool first = op != "Div" && drawing.choices().one_in(3);
  drawing.emit(
      op, first ? std::vector<std::string>{constant, x.name} : std::vector<std::string>{x.name, constant},
      x.shape);
}

// Two tensors, of which either or both may broadcast.
void draw_between(Drawing& drawing, const std::string& op) {
  const auto a = drawing.operand();
  Shape shape = a.shape;
  if (drawing.choices().one_in(3)) {
    for (auto& size : shape) {
      if (drawing.choices().flip()) size = 1;
    }
    while (shape.size() > 1 && drawing.choices().one_in(4)) shape.erase(shape.begin());
  }
  const size_t lead = a.shape.size() - shape.size();
  Shape result = a.shape;
  if (drawing.choices().one_in(6)) {  // where a is 1, b may be more
    for (size_t d = 0; d < shape.size(); ++d) {
      if (a.shape[lead + d] == 1 && count_of(result) <= Drawing::kMostElements / 8)
        result[lead + d] = shape[d] = 1 + drawing.choices().below(8);
    }
  }
  const auto b = drawing.operand_of_shape(shape);
  const bool swapped = drawing.choices().one_in(3);
  drawing.emit(op,
               swapped ? std::vector<std::string>{b.name, a.name} : std::vector<std::string>{a.name, b.name},
               result);
}

void draw_arithmetic(Drawing& drawing, const std::string& op) {
  if (drawing.choices().flip()) return draw_between(drawing, op);
  draw_with_constant(drawing, op);
}

}  // namespace

void draw_add(Drawing& drawing) { draw_arithmetic(drawing, "Add"); }
void draw_sub(Drawing& drawing) { draw_arithmetic(drawing, "Sub"); }
void draw_mul(Drawing& drawing) { draw_arithmetic(drawing, "Mul"); }
void draw_div(Drawing& drawing) { draw_with_constant(drawing, "Div"); }

void draw_prelu(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto shape = drawn_constant_shape(drawing, x.shape);
  drawing.emit("PRelu", {x.name, drawing.weights(shape, 1)}, x.shape);
}

void draw_clip(Drawing& drawing) {
  static const std::vector<std::pair<float, float>> kBounds = {{0, 6},
                                                               {0, 1},
                                                               {-1, 1},
                                                               {0, 0.3f},
                                                               {-0.5f, 2},
                                                               {0.25f, 0.75f},
                                                               {-2, -0.1f},
                                                               {0, 1e6f},
                                                               {-1e6f, 1e6f},
                                                               {0, 1e-20f},
                                                               {-3, 0},
                                                               {0, 3.4028235e38f},
                                                               {-0.7f, 3.4028235e38f},
                                                               {-3.4028235e38f, 0.7f}};
  const auto x = drawing.operand();
  const auto [low, high] = kBounds[drawing.choices().below(static_cast<uint32_t>(kBounds.size()))];
  const auto form = drawing.choices().below(6);
  const bool has_low = form != 4, has_high = form != 5;
  if (drawing.opset() < 11) {
    std::vector<tests::Attribute> attributes;
    if (has_low) attributes.push_back(real("min", low));
    if (has_high) attributes.push_back(real("max", high));
    drawing.emit("Clip", {x.name}, x.shape, attributes);
    return;
  }
  std::vector<std::string> inputs = {x.name, has_low ? drawing.reals({}, {low}) : ""};
  if (has_high) inputs.push_back(drawing.reals({}, {high}));
  drawing.emit("Clip", inputs, x.shape);
}

void draw_relu(Drawing& drawing) {
  const auto x = drawing.operand();
  drawing.emit("Relu", {x.name}, x.shape);
}

void draw_leaky_relu(Drawing& drawing) {
  static const float kSlopes[] = {0.1f, 0.01f, 0.3f, 1, 0, -0.5f, 2.5f};
  const auto x = drawing.operand();
  std::vector<tests::Attribute> attributes;
  if (!drawing.choices().one_in(4)) attributes.push_back(real("alpha", kSlopes[drawing.choices().below(7)]));
  drawing.emit("LeakyRelu", {x.name}, x.shape, attributes);
}

void draw_sigmoid(Drawing& drawing) {
  const auto x = drawing.operand();
  drawing.emit("Sigmoid", {x.name}, x.shape);
}

void draw_hard_sigmoid(Drawing& drawing) {
  const auto x = drawing.operand();
  std::vector<tests::Attribute> attributes;
  if (drawing.choices().flip()) attributes = {real("alpha", 1.0f / 6), real("beta", 0.5f)};
  if (drawing.choices().one_in(4)) attributes = {real("alpha", -0.5f), real("beta", 0.25f)};
  const auto gate = drawing.emit("HardSigmoid", {x.name}, x.shape, attributes);
  if (drawing.choices().one_in(4)) drawing.emit("Mul", {x.name, gate}, x.shape);
}

void draw_hard_swish(Drawing& drawing) {
  const auto x = drawing.operand();
  drawing.emit("HardSwish", {x.name}, x.shape);
}

void draw_softmax(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto rank = x.shape.size();
  std::vector<tests::Attribute> attributes;
  const auto axis = static_cast<int64_t>(drawing.choices().below(static_cast<uint32_t>(rank)));
  const bool says = rank == 1 || !drawing.choices().one_in(4);
  const bool negative = drawing.opset() >= 11 && drawing.choices().flip();
  if (says) attributes = {integer("axis", negative ? axis - static_cast<int64_t>(rank) : axis)};
  drawing.emit("Softmax", {x.name}, x.shape, attributes);
}

void draw_argmax(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto rank = x.shape.size();
  const auto axis = static_cast<int64_t>(drawing.choices().below(static_cast<uint32_t>(rank)));
  std::vector<tests::Attribute> attributes;
  if (axis != 0 || drawing.choices().flip())
    attributes.push_back(integer("axis", drawing.opset() >= 11 ? drawing.written_axis(axis, rank) : axis));
  Shape shape = x.shape;
  if (rank > 1 && drawing.choices().flip()) {
    attributes.push_back(integer("keepdims", 0));
    shape.erase(shape.begin() + axis);
  } else {
    shape[axis] = 1;
  }
  drawing.emit("ArgMax", {x.name}, shape, attributes, true);
}

}  // namespace mmasim::random_graphs
