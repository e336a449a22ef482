// Which axes an operator works along, and in what order a tensor's elements lie in memory: said here once,
// for import, lowering and their checks. Knows no storage and no element size.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

// The channels of an operator whose input has this rank; none where it treats all elements alike, or takes
// any axis (Concat, Pad, Slice, Transpose).
std::optional<AxisSpan> channel_axes(const Operator& op, size_t rank);

int64_t channel_count(const Shape& shape, const AxisSpan& channels);  // product of its dimensions
int64_t outer_count(const Shape& shape, const AxisSpan& channels);    // of those before it
int64_t inner_count(const Shape& shape, const AxisSpan& channels);    // of those behind it

// The axes of a tensor as they lie in memory, outermost first: channels-last for rank 4 (N, C, H, W lie as N,
// H, W, C), as they are for every other rank.
struct Layout {
  std::vector<size_t> axes;
  size_t innermost() const { return axes.back(); }  // of rank 1 or more
};
Layout layout_of_rank(size_t rank);

// In elements, one per logical axis: element i0, i1, ... of a dense tensor lies at the sum of i * stride.
std::vector<int64_t> memory_strides(const Shape& shape);
std::vector<int64_t> row_major_strides(const Shape& shape);

// True if memory order is row-major order. Axes of one element lie anywhere.
bool is_linear(const Shape& shape);

// True if a tensor of one shape, seen as the other, has its elements where they are.
bool lie_alike(const Shape& shape, const Shape& other);

// True if the channels of each position follow each other in memory, and positions are what is before them.
bool lie_innermost(const Shape& shape, const AxisSpan& channels);

// True if the elements of a result with one value per position lie in memory as the positions of `shape` do,
// whose channels lie innermost. A result of the same rank has kept their axis, as 1.
bool positions_lie_alike(const Shape& shape, const Shape& result);

// The axes that one step of padding reaches: the planes of a rank 4 tensor, one axis, or two of which x
// follows y in memory. None where more must be padded, or nothing.
struct PaddedAxes {
  bool planes = false;  // y and x are H and W
  std::optional<size_t> y;
  size_t x = 0;
};
std::optional<PaddedAxes> padded_axes(const Pad& pad, const Shape& padded);

// Axes of a shape in memory order, those of one element left out. is_alike(a, b): whether b, which lies next
// inside a, may be taken as one with it.
template <class Alike>
std::vector<std::vector<size_t>> axis_groups(const Shape& shape, const Alike& is_alike) {
  std::vector<std::vector<size_t>> groups;
  for (const size_t axis : layout_of_rank(shape.size()).axes) {
    if (shape[axis] == 1) continue;
    if (!groups.empty() && is_alike(groups.back().back(), axis)) {
      groups.back().push_back(axis);
    } else {
      groups.push_back({axis});
    }
  }
  return groups;
}

}  // namespace mmasim::runtime
