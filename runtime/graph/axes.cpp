#include "runtime/graph/axes.h"

#include <numeric>

namespace mmasim::runtime {

namespace {

struct ChannelAxes {
  size_t rank;
  using Channels = std::optional<AxisSpan>;
  Channels operator()(const Conv&) const { return AxisSpan{}; }
  Channels operator()(const ConvTranspose&) const { return AxisSpan{}; }
  Channels operator()(const MaxPool&) const { return AxisSpan{}; }
  Channels operator()(const AveragePool&) const { return AxisSpan{}; }
  Channels operator()(const GlobalAveragePool&) const { return AxisSpan{}; }
  Channels operator()(const Resize&) const { return AxisSpan{}; }
  Channels operator()(const Gemm&) const { return AxisSpan{static_cast<int64_t>(rank) - 1, 1}; }
  Channels operator()(const BatchNorm& op) const { return op.along; }
  Channels operator()(const Prelu& op) const {
    return op.channels > 0 ? std::optional(op.along) : std::nullopt;
  }
  Channels operator()(const Softmax& op) const { return AxisSpan{op.axis, 1}; }
  Channels operator()(const ArgMax& op) const { return AxisSpan{op.axis, 1}; }
  template <class Other>
  Channels operator()(const Other&) const {
    return std::nullopt;
  }
};

int64_t product(const Shape& shape, int64_t first, int64_t end) {
  return element_count(Shape(shape.begin() + first, shape.begin() + end));
}

}  // namespace

std::optional<AxisSpan> channel_axes(const Operator& op, size_t rank) {
  return std::visit(ChannelAxes{rank}, op);
}

int64_t channel_count(const Shape& shape, const AxisSpan& channels) {
  return product(shape, channels.first, channels.first + channels.count);
}

int64_t outer_count(const Shape& shape, const AxisSpan& channels) {
  return product(shape, 0, channels.first);
}

int64_t inner_count(const Shape& shape, const AxisSpan& channels) {
  return product(shape, channels.first + channels.count, static_cast<int64_t>(shape.size()));
}

Layout layout_of_rank(size_t rank) {
  if (rank == 4) return {{0, 2, 3, 1}};
  Layout layout;
  layout.axes.resize(rank);
  std::iota(layout.axes.begin(), layout.axes.end(), size_t{0});
  return layout;
}

std::vector<int64_t> memory_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  const Layout layout = layout_of_rank(shape.size());
  int64_t inside = 1;
  for (auto axis = layout.axes.rbegin(); axis != layout.axes.rend(); ++axis) {
    strides[*axis] = inside;
    inside *= shape[*axis];
  }
  return strides;
}

std::vector<int64_t> row_major_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

bool is_linear(const Shape& shape) {
  const std::vector<int64_t> memory = memory_strides(shape), linear = row_major_strides(shape);
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] > 1 && memory[axis] != linear[axis]) return false;
  }
  return true;
}

bool positions_lie_alike(const Shape& shape, const Shape& result) {
  return result.size() == shape.size() || is_linear(result);
}

std::optional<PaddedAxes> padded_axes(const Pad& pad, const Shape& padded) {
  std::vector<size_t> found;  // in memory order
  const Layout layout = layout_of_rank(padded.size());
  for (const size_t axis : layout.axes) {
    if (pad.before[axis] != 0 || pad.after[axis] != 0) found.push_back(axis);
  }
  if (found.empty() || found.size() > 2) return std::nullopt;
  const auto is_plane = [&](size_t axis) { return padded.size() == 4 && axis >= 2; };
  if (is_plane(found.front()) && is_plane(found.back())) return PaddedAxes{true, 2, 3};
  if (found.size() == 1) return PaddedAxes{false, std::nullopt, found[0]};
  const std::vector<int64_t> strides = memory_strides(padded);
  if (strides[found[0]] != strides[found[1]] * padded[found[1]]) return std::nullopt;
  return PaddedAxes{false, found[0], found[1]};
}

bool lie_alike(const Shape& shape, const Shape& other) {
  const bool same_channels =
      shape.size() == 4 && other.size() == 4 && shape[0] == other[0] && shape[1] == other[1];
  return same_channels || (is_linear(shape) && is_linear(other));
}

bool lie_innermost(const Shape& shape, const AxisSpan& channels) {
  return channels.count == 1 && !shape.empty() &&
         channels.first == static_cast<int64_t>(layout_of_rank(shape.size()).innermost());
}

}  // namespace mmasim::runtime
