// Concat, Pad, Slice and Split.
#include <algorithm>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"

namespace mmasim::runtime::importing {
namespace {

struct SliceArguments {
  std::vector<int64_t> starts, ends, axes, steps;
};

SliceArguments read_slice(const NodeImport& node, size_t rank) {
  SliceArguments read;
  if (node.opset() < 10) {
    read = {node.integers("starts"), node.integers("ends"), node.integers("axes"), {}};
  } else {
    read = {node.integer_list(1, "starts"), node.integer_list(2, "ends"), {}, {}};
    if (node.has_input(3)) read.axes = node.integer_list(3, "axes");
    if (node.has_input(4)) read.steps = node.integer_list(4, "steps");
  }
  const size_t count = read.starts.size();
  if (read.axes.empty()) {
    for (size_t d = 0; d < std::min(count, rank); ++d) read.axes.push_back(static_cast<int64_t>(d));
  }
  if (read.steps.empty()) read.steps.assign(count, 1);
  if (read.ends.size() != count || read.axes.size() != count || read.steps.size() != count) {
    refuse("starts, ends, axes and steps have " + std::to_string(count) + ", " +
           std::to_string(read.ends.size()) + ", " + std::to_string(read.axes.size()) + " and " +
           std::to_string(read.steps.size()) + " values; expected as many of each");
  }
  return read;
}

// Constant zeros joined to data, as networks pad channels: padding if they stand before or after it.
bool concat_as_pad(NodeImport& node, int64_t axis) {
  std::optional<size_t> data;
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (node.is_constant(i)) {
      const ConstantPtr zeros = node.constant(i, "input");
      const bool all_zero = zeros->reals && std::all_of(zeros->reals->begin(), zeros->reals->end(),
                                                        [](float v) { return v == 0.0f; });
      if (!all_zero) return false;
    } else if (data) {
      return false;
    } else {
      data = i;
    }
  }
  if (!data) return false;
  const Shape shape = node.shape(*data);
  Pad op;
  op.before.assign(shape.size(), 0);
  op.after.assign(shape.size(), 0);
  for (size_t i = 0; i < node.input_count(); ++i) {
    if (i == *data) continue;
    Shape expected = node.shape(i);
    if (expected.size() != shape.size()) return false;
    const int64_t added = expected[axis];
    expected[axis] = shape[axis];
    if (expected != shape) return false;
    (i < *data ? op.before : op.after)[axis] += added;
  }
  node.emit(std::move(op), {node.tensor(*data)});
  return true;
}

}  // namespace

Selection selection(const NodeImport& node, const Shape& shape) {
  const SliceArguments read = read_slice(node, shape.size());
  Selection taken{Shape(shape.size(), 0), Shape(shape.size(), 1), shape};
  std::vector<bool> seen(shape.size(), false);
  for (size_t i = 0; i < read.starts.size(); ++i) {
    const int64_t d = normal_axis(read.axes[i], shape.size());
    if (seen[d]) refuse("axis " + std::to_string(read.axes[i]) + " is named twice");
    seen[d] = true;
    const int64_t size = shape[d], step = read.steps[i];
    if (step == 0) refuse("a step is 0; expected any other number");
    if (size == 0) continue;
    // Negative places count from the end; what lies outside is clamped to the range the step's direction
    // allows.
    const auto place = [&](int64_t value, int64_t low, int64_t high) {
      return std::clamp(value < 0 ? value + size : value, low, high);
    };
    const int64_t bounded_step = std::clamp(step, -kLargestDimension - 1, kLargestDimension + 1);
    const int64_t start = step > 0 ? place(read.starts[i], 0, size) : place(read.starts[i], 0, size - 1);
    const int64_t end = step > 0 ? place(read.ends[i], 0, size) : place(read.ends[i], -1, size - 1);
    const int64_t distance = step > 0 ? end - start : start - end;
    const int64_t stride = step > 0 ? bounded_step : -bounded_step;
    taken.start[d] = start;
    taken.step[d] = bounded_step;
    taken.size[d] = distance <= 0 ? 0 : (distance + stride - 1) / stride;
  }
  return taken;
}

void import_slice(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  Selection taken = selection(node, shape);
  if (std::find(taken.size.begin(), taken.size.end(), 0) != taken.size.end()) {
    refuse("it takes nothing of an input of shape " + shape_text(shape));
  }
  node.emit(Slice{std::move(taken.start), std::move(taken.step)}, {x}, taken.size);
}

namespace {

// Sizes that the node states: an attribute, in opset 1 and since 13 an input.
std::vector<int64_t> stated_sizes(const NodeImport& node) {
  const bool by_input = node.opset() >= 13 || (node.opset() < 2 && node.has_input(1));
  if (!by_input) return node.integers("split");
  return node.has_input(1) ? node.integer_list(1, "split") : std::vector<int64_t>();
}

// Equal sizes; since opset 18 the last may be smaller.
std::vector<int64_t> equal_sizes(const NodeImport& node, const Shape& shape, int64_t axis) {
  const auto parts = static_cast<int64_t>(node.output_count());
  const bool may_differ = node.has("num_outputs");
  if (may_differ && node.integer("num_outputs", 0) != parts) {
    refuse("num_outputs is " + std::to_string(node.integer("num_outputs", 0)) + "; it has " +
           std::to_string(parts) + " outputs");
  }
  const int64_t size = parts == 0 ? 0 : (shape[axis] + parts - 1) / parts;
  const int64_t last = shape[axis] - size * (parts - 1);
  if (parts == 0 || last < 1 || (last != size && !may_differ)) {
    refuse("axis " + std::to_string(axis) + " of an input of shape " + shape_text(shape) +
           " does not divide into " + std::to_string(parts) + " equal parts");
  }
  std::vector<int64_t> sizes(parts, size);
  sizes.back() = last;
  return sizes;
}

}  // namespace

void import_split(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  const int64_t axis = normal_axis(node.integer("axis", 0), shape.size());
  const auto parts = static_cast<int64_t>(node.output_count());
  std::vector<int64_t> sizes = stated_sizes(node);
  if (sizes.empty()) sizes = equal_sizes(node, shape, axis);
  int64_t total = 0;
  for (int64_t size : sizes) {
    if (size < 1 || size > shape[axis])
      refuse("split holds " + std::to_string(size) + "; expected 1.." + std::to_string(shape[axis]));
    total += size;
  }
  if (static_cast<int64_t>(sizes.size()) != parts || total != shape[axis]) {
    refuse("split is " + shape_text(sizes) + "; expected " + std::to_string(parts) +
           " sizes that add up to " + std::to_string(shape[axis]));
  }
  Slice op{Shape(shape.size(), 0), Shape(shape.size(), 1)};
  for (int64_t part = 0; part < parts; ++part) {
    Shape taken = shape;
    taken[axis] = sizes[part];
    if (node.output_used(part)) node.emit(op, {x}, taken, {}, part);
    op.start[axis] += sizes[part];
  }
}

void import_concat(NodeImport& node) {
  const int64_t axis = normal_axis(node.integer("axis", 1), node.shape(0).size());
  if (concat_as_pad(node, axis)) return;
  std::vector<TensorId> inputs;
  for (size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.tensor(i));
  node.emit(Concat{axis}, std::move(inputs));
}

namespace {

// Two per dimension: an input since opset 11, which since 18 may name the axes it is of.
std::vector<int64_t> read_pads(const NodeImport& node, size_t rank) {
  if (node.opset() < 11) return node.integers(node.opset() < 2 ? "paddings" : "pads");
  const std::vector<int64_t> pads = node.integer_list(1, "pads");
  if (!node.has_input(3)) return pads;
  const std::vector<int64_t> axes = node.integer_list(3, "axes");
  if (pads.size() != 2 * axes.size()) {
    refuse("pads has " + std::to_string(pads.size()) + " values; expected two for each of " +
           std::to_string(axes.size()) + " axes");
  }
  std::vector<int64_t> all(2 * rank, 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t d = normal_axis(axes[i], rank);
    all[d] = pads[i];
    all[rank + d] = pads[axes.size() + i];
  }
  return all;
}

}  // namespace

void import_pad(NodeImport& node) {
  const TensorId x = node.tensor(0);
  const Shape shape = node.shape(0);
  const std::string mode = node.text("mode", "constant");
  if (mode != "constant") refuse("mode is '" + mode + "'; only constant is supported");
  const bool by_input = node.opset() >= 11;
  const std::vector<int64_t> pads = read_pads(node, shape.size());
  const double value = !by_input           ? node.real("value", 0.0)
                       : node.has_input(2) ? node.real_scalar(2, "constant_value")
                                           : 0.0;
  if (value != 0.0) refuse("the padding value is " + std::to_string(value) + "; only 0 is supported");
  if (pads.size() != 2 * shape.size()) {
    refuse("pads has " + std::to_string(pads.size()) + " values; expected two for each dimension of " +
           shape_text(shape));
  }
  for (int64_t pad : pads) {
    if (pad < 0 || pad > kLargestDimension) {
      refuse("pads holds " + std::to_string(pad) + "; expected 0.." + std::to_string(kLargestDimension));
    }
  }
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(shape.size());
  node.emit(Pad{Shape(pads.begin(), middle), Shape(middle, pads.end())}, {x});
}

}  // namespace mmasim::runtime::importing
