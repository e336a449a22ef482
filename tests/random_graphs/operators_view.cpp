// What keeps the elements and their number.
#include <algorithm>
#include <numeric>

#include "tests/random_graphs/operators.h"

namespace mmasim::random_graphs {
namespace {

using tests::integer;
using tests::ints;

// Axes: an attribute before opset 13, an input since.
void emit_with_axes(Drawing& drawing, const std::string& op, const std::string& x,
                    const std::vector<int64_t>& axes, const Shape& shape) {
  if (drawing.opset() < 13) {
    drawing.emit(op, {x}, shape, {ints("axes", axes)});
  } else {
    drawing.emit(op, {x, drawing.integers(axes)}, shape);
  }
}

// The same elements in another shape of a drawn rank.
Shape reshaping(Drawing& drawing, int64_t count) {
  Shape shape(1 + drawing.choices().below(6), 1);
  for (int64_t factor = 2; count > 1; ++factor) {
    while (count % factor == 0) {
      shape[drawing.choices().below(static_cast<uint32_t>(shape.size()))] *= factor;
      count /= factor;
    }
  }
  return shape;
}

}  // namespace

void draw_flatten(Drawing& drawing) {
  const auto x = drawing.operand();
  const auto rank = static_cast<int64_t>(x.shape.size());
  const int64_t axis =
      drawing.choices().one_in(3) ? drawing.choices().below(static_cast<uint32_t>(rank + 1)) : 1;
  Shape shape = {1, 1};
  for (int64_t d = 0; d < rank; ++d) shape[d < axis ? 0 : 1] *= x.shape[d];
  std::vector<tests::Attribute> attributes;
  if (drawing.opset() >= 11 && axis < rank && drawing.choices().one_in(4)) {
    attributes.push_back(integer("axis", axis - rank));
  } else if (axis != 1 || drawing.choices().flip()) {
    attributes.push_back(integer("axis", axis));
  }
  drawing.emit("Flatten", {x.name}, shape, attributes);
}

void draw_reshape(Drawing& drawing) {
  const auto x = drawing.operand();
  const Shape shape = reshaping(drawing, count_of(x.shape));
  std::vector<int64_t> written = shape;
  const auto form = drawing.choices().below(4);
  const auto d = drawing.choices().below(static_cast<uint32_t>(shape.size()));
  if (form == 1) written[d] = -1;
  if (form == 2 && d < x.shape.size() && x.shape[d] == shape[d]) written[d] = 0;
  drawing.emit("Reshape", {x.name, drawing.integers(written)}, shape);
}

void draw_squeeze(Drawing& drawing) {
  const auto x = drawing.operand(
      [](const Shape& shape) { return count_of(shape) > 1 && std::count(shape.begin(), shape.end(), 1) > 0; },
      4);
  std::vector<int64_t> ones, axes;
  for (size_t d = 0; d < x.shape.size(); ++d) {
    if (x.shape[d] == 1) ones.push_back(static_cast<int64_t>(d));
  }
  const bool all = count_of(x.shape) > 1 && drawing.choices().one_in(3);
  Shape shape = x.shape;
  if (ones.empty() || x.shape.size() == 1) return draw_identity(drawing);
  if (all) {
    shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
    drawing.emit("Squeeze", {x.name}, shape);
    return;
  }
  for (const int64_t axis : ones) {
    if (axes.size() + 1 < x.shape.size() && (axes.empty() || drawing.choices().flip())) axes.push_back(axis);
  }
  for (size_t i = axes.size(); i-- > 0;) shape.erase(shape.begin() + axes[i]);
  if (drawing.opset() >= 11)
    for (auto& axis : axes) axis = drawing.written_axis(axis, x.shape.size());
  emit_with_axes(drawing, "Squeeze", x.name, axes, shape);
}

void draw_unsqueeze(Drawing& drawing) {
  const auto x = drawing.operand([](const Shape& shape) { return shape.size() < 6; }, 3);
  const size_t added = x.shape.size() < 5 && drawing.choices().flip() ? 2 : 1;
  const size_t rank = x.shape.size() + added;
  std::vector<int64_t> axes = {static_cast<int64_t>(drawing.choices().below(static_cast<uint32_t>(rank)))};
  if (added == 2) {
    const auto other = static_cast<int64_t>(drawing.choices().below(static_cast<uint32_t>(rank - 1)));
    axes.push_back(other >= axes[0] ? other + 1 : other);
  }
  Shape shape;
  auto next = x.shape.begin();
  for (size_t d = 0; d < rank; ++d) {
    const bool is_new = std::find(axes.begin(), axes.end(), static_cast<int64_t>(d)) != axes.end();
    shape.push_back(is_new ? 1 : *next++);
  }
  if (drawing.opset() >= 11)
    for (auto& axis : axes) axis = drawing.written_axis(axis, rank);
  emit_with_axes(drawing, "Unsqueeze", x.name, axes, shape);
}

void draw_transpose(Drawing& drawing) {
  const auto x = drawing.operand();
  std::vector<int64_t> permutation(x.shape.size());
  std::iota(permutation.rbegin(), permutation.rend(), 0);
  std::vector<tests::Attribute> attributes;
  if (!drawing.choices().one_in(4)) {
    std::iota(permutation.begin(), permutation.end(), 0);
    for (size_t d = permutation.size(); d > 1; --d)
      std::swap(permutation[d - 1], permutation[d - 1 - drawing.choices().below(static_cast<uint32_t>(d))]);
    attributes.push_back(ints("perm", permutation));
  }
  Shape shape;
  for (const int64_t axis : permutation) shape.push_back(x.shape[axis]);
  drawing.emit("Transpose", {x.name}, shape, attributes);
}

void draw_identity(Drawing& drawing) {
  const auto x = drawing.operand();
  drawing.emit("Identity", {x.name}, x.shape);
}

void draw_dropout(Drawing& drawing) {
  const auto x = drawing.operand();
  if (drawing.opset() < 12 && drawing.choices().flip()) {
    drawing.emit("Dropout", {x.name}, x.shape, {tests::real("ratio", 0.3f)});
  } else if (drawing.opset() >= 12 && drawing.choices().flip()) {
    drawing.emit("Dropout", {x.name, drawing.reals({}, {0.3f})}, x.shape);
  } else {
    drawing.emit("Dropout", {x.name}, x.shape);
  }
}

void draw_cast(Drawing& drawing) {
  const auto x = drawing.operand();
  drawing.emit("Cast", {x.name}, x.shape, {integer("to", onnx::TensorProto::FLOAT)});
}

}  // namespace mmasim::random_graphs
