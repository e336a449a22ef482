// Operators that keep the values and their number: views, Transpose and what is nothing at inference.
#include <algorithm>
#include <numeric>

#include "runtime/graph/shape_text.h"
#include "runtime/import/file/limits.h"
#include "runtime/import/operators/operators.h"

namespace mmasim::runtime::importing {
namespace {

// Axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since.
std::optional<std::vector<int64_t>> read_axes(const NodeImport& node) {
  if (node.opset() < 13) return node.has("axes") ? std::optional(node.integers("axes")) : std::nullopt;
  return node.has_input(1) ? std::optional(node.integer_list(1, "axes")) : std::nullopt;
}

void keep(NodeImport& node) { node.emit(Reshape{}, {node.tensor(0)}, Shape(node.shape(0))); }

// A literal batch of 1 in a network that runs as a batch.
bool has_literal_batch(const NodeImport& node, const std::vector<int64_t>& wanted, const Shape& shape) {
  return node.batch() > 1 && !wanted.empty() && wanted[0] == 1 && !shape.empty() &&
         shape[0] == node.batch() && !node.is_constant(0);
}

Shape resolve(const std::vector<int64_t>& wanted, const Shape& shape, bool zero_copies) {
  Shape out(wanted);
  std::optional<size_t> open;
  int64_t known = 1;
  for (size_t d = 0; d < out.size(); ++d) {
    if (out[d] == 0 && zero_copies) {
      if (d >= shape.size())
        refuse("shape " + shape_text(wanted) + " copies dimension " + std::to_string(d) + " of " +
               shape_text(shape));
      out[d] = shape[d];
    }
    if (out[d] == -1) {
      if (open) refuse("shape " + shape_text(wanted) + " holds -1 twice");
      open = d;
      continue;
    }
    if (out[d] < 0 || out[d] > kLargestDimension) {
      refuse("shape " + shape_text(wanted) + " holds " + std::to_string(out[d]) +
             "; expected -1, 0 or a size to " + std::to_string(kLargestDimension));
    }
    if (__builtin_mul_overflow(known, out[d], &known))
      refuse("shape " + shape_text(wanted) + " has too many elements");
  }
  const int64_t elements = element_count(shape);
  if (open) {
    if (known == 0 || elements % known != 0) {
      refuse("an input of shape " + shape_text(shape) + " (" + std::to_string(elements) +
             " elements) does not divide into " + shape_text(wanted));
    }
    out[*open] = elements / known;
  } else if (known != elements) {
    refuse("an input of shape " + shape_text(shape) + " (" + std::to_string(elements) +
           " elements) cannot become " + shape_text(out) + " (" + std::to_string(known) + " elements)");
  }
  return out;
}

}  // namespace

// Before opset 6 the element type is a name.
int64_t cast_target(const NodeImport& node) {
  if (node.opset() >= 6) return node.integer("to", 0);
  onnx::TensorProto::DataType type = onnx::TensorProto::UNDEFINED;
  onnx::TensorProto::DataType_Parse(node.text("to", ""), &type);
  return type;
}

int64_t normal_axis(int64_t axis, size_t rank) {
  const auto limit = static_cast<int64_t>(rank);
  if (axis < -limit || axis >= limit) {
    refuse("axis is " + std::to_string(axis) + "; expected " + std::to_string(-limit) + ".." +
           std::to_string(limit - 1));
  }
  return axis < 0 ? axis + limit : axis;
}

Shape flattened(const Shape& shape, int64_t axis) {
  Shape out{1, 1};
  for (size_t d = 0; d < shape.size(); ++d) out[static_cast<int64_t>(d) < axis ? 0 : 1] *= shape[d];
  return out;
}

Shape reshaped(const NodeImport& node, const Shape& shape) {
  std::vector<int64_t> wanted = node.opset() < 5 ? node.integers("shape") : node.integer_list(1, "shape");
  if (wanted.size() > kMostDimensions) {
    refuse("shape has " + std::to_string(wanted.size()) + " dimensions; expected at most " +
           std::to_string(kMostDimensions));
  }
  const bool zero_copies = node.integer("allowzero", 0) == 0;
  if (has_literal_batch(node, wanted, shape)) wanted[0] = node.batch();
  return resolve(wanted, shape, zero_copies);
}

Shape squeezed(const NodeImport& node, const Shape& shape) {
  std::vector<bool> gone(shape.size(), false);
  if (const auto axes = read_axes(node)) {
    for (int64_t axis : *axes) {
      const int64_t d = normal_axis(axis, shape.size());
      if (shape[d] != 1)
        refuse("axis " + std::to_string(axis) + " of an input of shape " + shape_text(shape) + " is not 1");
      gone[d] = true;
    }
  } else {
    for (size_t d = 0; d < shape.size(); ++d) gone[d] = shape[d] == 1;
  }
  Shape out;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (!gone[d]) out.push_back(shape[d]);
  }
  return out;
}

Shape unsqueezed(const NodeImport& node, const Shape& shape) {
  const auto axes = read_axes(node);
  if (!axes) refuse("axes are missing");
  const size_t rank = shape.size() + axes->size();
  if (rank > kMostDimensions)
    refuse("its result has " + std::to_string(rank) + " dimensions; expected at most " +
           std::to_string(kMostDimensions));
  std::vector<bool> added(rank, false);
  for (int64_t axis : *axes) {
    const int64_t d = normal_axis(axis, rank);
    if (added[d]) refuse("axis " + std::to_string(axis) + " is named twice");
    added[d] = true;
  }
  Shape out;
  auto next = shape.begin();
  for (size_t d = 0; d < rank; ++d) out.push_back(added[d] ? 1 : *next++);
  return out;
}

std::vector<int64_t> permutation(const NodeImport& node, size_t rank) {
  if (node.has("perm")) return node.integers("perm");
  std::vector<int64_t> reversed(rank);
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  return reversed;
}

void import_flatten(NodeImport& node) {
  const Shape shape = node.shape(0);
  const int64_t axis = node.integer("axis", 1), rank = static_cast<int64_t>(shape.size());
  const int64_t split = axis == rank ? rank : normal_axis(axis, shape.size());
  node.emit(Reshape{}, {node.tensor(0)}, flattened(shape, split));
}

void import_reshape(NodeImport& node) {
  node.emit(Reshape{}, {node.tensor(0)}, reshaped(node, node.shape(0)));
}

void import_squeeze(NodeImport& node) {
  const Shape out = squeezed(node, node.shape(0));
  if (out.empty()) refuse("its result has no dimensions; expected at least 1");
  node.emit(Reshape{}, {node.tensor(0)}, out);
}

void import_unsqueeze(NodeImport& node) {
  node.emit(Reshape{}, {node.tensor(0)}, unsqueezed(node, node.shape(0)));
}

void import_transpose(NodeImport& node) {
  node.emit(Transpose{permutation(node, node.shape(0).size())}, {node.tensor(0)});
}

void import_identity(NodeImport& node) { keep(node); }

void import_dropout(NodeImport& node) {
  node.require_first_output_only();
  if (node.has_input(2)) {
    const ConstantPtr training = node.constant(2, "training_mode");
    if (training->integers && !training->integers->empty() && training->integers->front() != 0) {
      refuse("training_mode is true; only inference (false) is supported");
    }
  }
  keep(node);
}

void import_cast(NodeImport& node) {
  const int64_t to = cast_target(node);
  const bool real = to == onnx::TensorProto::FLOAT || to == onnx::TensorProto::FLOAT16 ||
                    to == onnx::TensorProto::DOUBLE || to == onnx::TensorProto::BFLOAT16;
  if (!real)
    refuse("a cast of data to element type " + std::to_string(to) +
           " is not supported; expected a float type");
  keep(node);
}

}  // namespace mmasim::runtime::importing
