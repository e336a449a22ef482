// The shape each operator gives for its input shapes, and what those must be. One function an operator; the
// sentences of the exceptions reach the user through the importer, which adds file and node.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "runtime/graph/axes.h"
#include "runtime/graph/graph.h"
#include "runtime/graph/shape_text.h"

namespace mmasim::runtime {
namespace {

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

std::string text(const Shape& shape) { return shape_text(shape); }

std::string text(int64_t value) { return std::to_string(value); }

void require_rank(const Shape& shape, size_t rank) {
  if (shape.size() != rank)
    refuse("its input has shape " + text(shape) + "; expected " + text(int64_t(rank)) + " dimensions");
}

void require_axis(int64_t axis, const Shape& shape) {
  if (axis < 0 || axis >= static_cast<int64_t>(shape.size())) {
    refuse("axis " + text(axis) + " is not in an input of shape " + text(shape));
  }
}

void require_count(const char* what, size_t seen, int64_t channels) {
  if (seen != 0 && seen != static_cast<size_t>(channels)) {
    refuse(std::string(what) + " has " + text(int64_t(seen)) + " values; expected " + text(channels));
  }
}

// Constants of so many channels along these axes of the input.
void require_channel_axes(const char* what, const AxisSpan& along, int64_t channels, const Shape& x) {
  const auto rank = static_cast<int64_t>(x.size());
  if (along.first < 0 || along.count < 0 || along.first + along.count > rank) {
    refuse("axes " + text(along.first) + " to " + text(along.first + along.count - 1) +
           " are not in an input of shape " + text(x));
  }
  if (channel_count(x, along) == channels) return;
  const std::string axes = along.count == 1
                               ? "axis " + text(along.first)
                               : "axes " + text(along.first) + " to " + text(along.first + along.count - 1);
  refuse("its input of shape " + text(x) + " has " + text(channel_count(x, along)) + " channels along " +
         axes + "; its " + what + " want " + text(channels));
}

void require_window(const Window& window) {
  for (int side = 0; side < 2; ++side) {
    if (window.kernel[side] < 1)
      refuse("kernel size is " + text(window.kernel[side]) + "; expected at least 1");
    if (window.stride[side] < 1) refuse("stride is " + text(window.stride[side]) + "; expected at least 1");
    if (window.dilation[side] < 1)
      refuse("dilation is " + text(window.dilation[side]) + "; expected at least 1");
  }
  for (int64_t pad : window.pad) {
    if (pad < 0) refuse("padding is " + text(pad) + "; expected at least 0");
  }
}

int64_t extent(const Window& window, int side) {
  return window.dilation[side] * (window.kernel[side] - 1) + 1;
}

// Output height (side 0) or width (side 1) of a sliding window.
int64_t slide(const Window& window, int side, int64_t input) {
  const int64_t padded = input + window.pad[side] + window.pad[side + 2];
  const int64_t room = padded - extent(window, side);
  if (room < 0) {
    refuse("the window spans " + text(extent(window, side)) + (side == 0 ? " rows" : " columns") +
           " but the padded input has " + text(padded));
  }
  return room / window.stride[side] + 1;
}

void require_filter(const Weights& weights, const Window& window) {
  if (weights.shape.size() != 4) {
    refuse("weights '" + weights.name + "' have shape " + text(weights.shape) + "; expected 4 dimensions");
  }
  if (weights.shape[2] != window.kernel[0] || weights.shape[3] != window.kernel[1]) {
    refuse("kernel_shape " + text(Shape{window.kernel[0], window.kernel[1]}) + " does not match weights '" +
           weights.name + "' of shape " + text(weights.shape));
  }
}

void require_groups(const char* what, int64_t channels, int64_t groups) {
  if (groups < 1) refuse("group is " + text(groups) + "; expected at least 1");
  if (channels % groups != 0)
    refuse("group " + text(groups) + " does not divide the " + text(channels) + " " + what + " channels");
}

void require_channels(int64_t seen, int64_t wanted, const Weights& weights) {
  if (seen != wanted) {
    refuse("its input has " + text(seen) + " channels; weights '" + weights.name + "' of shape " +
           text(weights.shape) + " want " + text(wanted));
  }
}

Shape shape_of(const Conv& op, const Shape& x) {
  require_rank(x, 4);
  require_window(op.window);
  require_filter(op.weights, op.window);
  const int64_t out_channels = op.weights.shape[0];
  require_groups("output", out_channels, op.groups);
  require_groups("input", x[1], op.groups);
  require_channels(x[1], op.weights.shape[1] * op.groups, op.weights);
  require_count("weight_scale", op.weight_scale.size(), out_channels);
  require_count("bias", op.bias.size(), out_channels);
  return {x[0], out_channels, slide(op.window, 0, x[2]), slide(op.window, 1, x[3])};
}

Shape shape_of(const ConvTranspose& op, const Shape& x) {
  require_rank(x, 4);
  require_window(op.window);
  require_filter(op.weights, op.window);
  require_groups("input", x[1], op.groups);
  require_channels(x[1], op.weights.shape[0], op.weights);
  const int64_t out_channels = op.weights.shape[1] * op.groups;
  require_count("weight_scale", op.weight_scale.size(), out_channels);
  require_count("bias", op.bias.size(), out_channels);
  Shape out{x[0], out_channels, 0, 0};
  for (int side = 0; side < 2; ++side) {
    if (op.output_padding[side] < 0)
      refuse("output_padding is " + text(op.output_padding[side]) + "; expected at least 0");
    const int64_t full =
        op.window.stride[side] * (x[side + 2] - 1) + op.output_padding[side] + extent(op.window, side);
    out[side + 2] = full - op.window.pad[side] - op.window.pad[side + 2];
    if (out[side + 2] < 1)
      refuse("padding leaves no output of " + text(full) + (side == 0 ? " rows" : " columns"));
  }
  return out;
}

Shape shape_of(const Gemm& op, const Shape& x) {
  if (x.empty()) refuse("its input has shape " + text(x) + "; expected at least 1 dimension");
  if (op.weights.shape.size() != 2) {
    refuse("weights '" + op.weights.name + "' have shape " + text(op.weights.shape) +
           "; expected 2 dimensions");
  }
  const int64_t n = op.weights.shape[0], k = op.weights.shape[1];
  if (x.back() != k) {
    refuse("its input of shape " + text(x) + " has " + text(x.back()) + " columns; weights '" +
           op.weights.name + "' want " + text(k));
  }
  require_count("weight_scale", op.weight_scale.size(), n);
  require_count("bias", op.bias.size(), n);
  Shape out = x;
  out.back() = n;
  return out;
}

Shape shape_of(const BatchNorm& op, const Shape& x) {
  require_channel_axes("constants", op.along, op.channels, x);
  require_count("scale", op.scale.size(), op.channels);
  require_count("shift", op.shift.size(), op.channels);
  if (op.scale.size() != op.shift.size()) refuse("scale and shift have different numbers of values");
  return x;
}

Shape shape_of(const Clip&, const Shape& x) { return x; }

Shape shape_of(const Prelu& op, const Shape& x) {
  if (op.channels == 0) {
    if (op.slopes.size() > 1) refuse("slope has " + text(int64_t(op.slopes.size())) + " values; expected 1");
    return x;
  }
  require_channel_axes("slopes", op.along, op.channels, x);
  require_count("slope", op.slopes.size(), op.channels);
  return x;
}

Shape shape_of(const Unary&, const Shape& x) { return x; }

Shape broadcast(const std::vector<Shape>& inputs) {
  const Shape &a = inputs[0], &b = inputs[1];
  Shape out(std::max(a.size(), b.size()), 1);
  for (size_t d = 0; d < out.size(); ++d) {  // from the last dimension
    const int64_t x = d < a.size() ? a[a.size() - 1 - d] : 1, y = d < b.size() ? b[b.size() - 1 - d] : 1;
    if (x != y && x != 1 && y != 1) {
      refuse("operands of shapes " + text(a) + " and " + text(b) + " do not broadcast: axis " +
             text(int64_t(out.size() - 1 - d)) + " is " + text(x) + " and " + text(y));
    }
    out[out.size() - 1 - d] = std::max(x, y);
  }
  return out;
}

Shape pool(const Window& window, const Shape& x) {
  require_rank(x, 4);
  require_window(window);
  for (int side = 0; side < 2; ++side) {
    const int64_t most = std::max(window.pad[side], window.pad[side + 2]);
    if (most >= extent(window, side)) {
      refuse("padding " + text(most) + " is not smaller than the window of " + text(extent(window, side)) +
             "; some windows would hold padding only");
    }
  }
  return {x[0], x[1], slide(window, 0, x[2]), slide(window, 1, x[3])};
}

Shape shape_of(const MaxPool& op, const Shape& x) { return pool(op.window, x); }
Shape shape_of(const AveragePool& op, const Shape& x) { return pool(op.window, x); }

Shape shape_of(const GlobalAveragePool&, const Shape& x, const Shape& declared) {
  require_rank(x, 4);
  return declared.size() == 2 ? Shape{x[0], x[1]} : Shape{x[0], x[1], 1, 1};
}

Shape concatenate(const Concat& op, const std::vector<Shape>& inputs) {
  Shape out = inputs[0];
  require_axis(op.axis, out);
  for (size_t i = 1; i < inputs.size(); ++i) {
    Shape expected = inputs[i];
    if (expected.size() == out.size()) expected[op.axis] = out[op.axis];
    if (expected != out) {
      refuse("inputs of shapes " + text(inputs[0]) + " and " + text(inputs[i]) +
             " cannot be joined along axis " + text(op.axis));
    }
    out[op.axis] += inputs[i][op.axis];
  }
  return out;
}

Shape shape_of(const Pad& op, const Shape& x) {
  if (op.before.size() != x.size() || op.after.size() != x.size()) {
    refuse("pads has " + text(int64_t(op.before.size() + op.after.size())) +
           " values; expected two for each dimension of " + text(x));
  }
  Shape out = x;
  for (size_t d = 0; d < x.size(); ++d) {
    if (op.before[d] < 0 || op.after[d] < 0) {
      refuse("padding is " + text(std::min(op.before[d], op.after[d])) + "; expected at least 0");
    }
    out[d] += op.before[d] + op.after[d];
  }
  return out;
}

Shape shape_of(const Reshape&, const Shape& x, const Shape& declared) {
  if (element_count(x) != element_count(declared)) {
    refuse("an input of shape " + text(x) + " (" + text(element_count(x)) + " elements) cannot become " +
           text(declared) + " (" + text(element_count(declared)) + " elements)");
  }
  return declared;
}

Shape shape_of(const Transpose& op, const Shape& x) {
  std::vector<bool> seen(x.size(), false);
  bool fits = op.permutation.size() == x.size();
  for (size_t d = 0; fits && d < x.size(); ++d) {
    const int64_t axis = op.permutation[d];
    fits = axis >= 0 && axis < static_cast<int64_t>(x.size()) && !seen[axis];
    if (fits) seen[axis] = true;
  }
  if (!fits) refuse("perm " + text(op.permutation) + " is no permutation of the dimensions of " + text(x));
  Shape out(x.size());
  for (size_t d = 0; d < x.size(); ++d) out[d] = x[op.permutation[d]];
  return out;
}

Shape shape_of(const Slice& op, const Shape& x, const Shape& declared) {
  if (op.start.size() != x.size() || op.step.size() != x.size() || declared.size() != x.size()) {
    refuse("a slice of an input of shape " + text(x) +
           " needs a start, a step and a size for each dimension");
  }
  for (size_t d = 0; d < x.size(); ++d) {
    const int64_t last = op.start[d] + (declared[d] - 1) * op.step[d];
    if (op.step[d] == 0 || declared[d] < 1 || op.start[d] < 0 || op.start[d] >= x[d] || last < 0 ||
        last >= x[d]) {
      refuse("a slice of " + text(declared[d]) + " from " + text(op.start[d]) + " by " + text(op.step[d]) +
             " leaves dimension " + text(int64_t(d)) + " of " + text(x));
    }
  }
  return declared;
}

Shape shape_of(const Softmax& op, const Shape& x) {
  require_axis(op.axis, x);
  return x;
}

Shape shape_of(const ArgMax& op, const Shape& x, const Shape& declared) {
  require_axis(op.axis, x);
  Shape out = x;
  if (declared.size() == x.size()) {
    out[op.axis] = 1;
  } else {
    out.erase(out.begin() + op.axis);
  }
  return out;
}

Shape shape_of(const Resize& op, const Shape& x) {
  require_rank(x, 4);
  if (op.factor_y < 1 || op.factor_x < 1) {
    refuse("scale factors are " + text(op.factor_y) + " and " + text(op.factor_x) +
           "; expected whole numbers from 1");
  }
  return {x[0], x[1], x[2] * op.factor_y, x[3] * op.factor_x};
}

struct InputCount {
  size_t least, most;
};

InputCount input_count(const Operator& op) {
  if (std::holds_alternative<Concat>(op)) return {1, SIZE_MAX};
  const bool binary =
      std::holds_alternative<Add>(op) || std::holds_alternative<Sub>(op) || std::holds_alternative<Mul>(op);
  return binary ? InputCount{2, 2} : InputCount{1, 1};
}

template <class T>
constexpr bool kBinary = std::is_same_v<T, Add> || std::is_same_v<T, Sub> || std::is_same_v<T, Mul>;

// Operators whose parameters leave the shape open: the declared one is checked and taken.
template <class T>
constexpr bool kDeclared = std::is_same_v<T, Reshape> || std::is_same_v<T, Slice> ||
                           std::is_same_v<T, ArgMax> || std::is_same_v<T, GlobalAveragePool>;

}  // namespace

Shape infer_shape(const Operator& op, const std::vector<Shape>& inputs, const Shape& declared_output) {
  const InputCount allowed = input_count(op);
  if (inputs.size() < allowed.least || inputs.size() > allowed.most) {
    refuse("it has " + text(int64_t(inputs.size())) + " inputs; expected " + text(int64_t(allowed.least)));
  }
  return std::visit(
      [&](const auto& specific) -> Shape {
        using T = std::decay_t<decltype(specific)>;
        if constexpr (kBinary<T>) {
          return broadcast(inputs);
        } else if constexpr (std::is_same_v<T, Concat>) {
          return concatenate(specific, inputs);
        } else if constexpr (kDeclared<T>) {
          return shape_of(specific, inputs[0], declared_output);
        } else {
          return shape_of(specific, inputs[0]);
        }
      },
      op);
}

}  // namespace mmasim::runtime
