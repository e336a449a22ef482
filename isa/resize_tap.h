// The source cells that dsp.resize takes along one axis: of an output cell, with their weights, and of a run
// of them. Indices count cells of the whole map (see DspResize).
#pragma once

#include <algorithm>
#include <cstdint>

namespace mmasim::isa {

struct ResizeTap {
  int64_t index[2];
  int64_t weight[2];  // their total is 2 * factor
};

// Output cell `output` of the whole map, enlarged `factor` times from in_count cells.
inline ResizeTap resize_tap(int64_t output, int64_t factor, bool is_half_pixel, int64_t in_count) {
  const int64_t position = 2 * output + (is_half_pixel ? 1 - factor : 0);  // in units of 1 / (2 * factor)
  const int64_t steps = 2 * factor;
  const int64_t below = position >= 0 ? position / steps : -((-position + steps - 1) / steps);
  const auto clamped = [&](int64_t i) { return std::min(std::max<int64_t>(i, 0), in_count - 1); };
  const int64_t upper_weight = position - steps * below;
  return {{clamped(below), clamped(below + 1)}, {steps - upper_weight, upper_weight}};
}

struct CellRange {
  int64_t first, last;
};

// Of `count` output cells, at least one.
inline CellRange resize_cells(int64_t first, int64_t count, int64_t factor, bool is_half_pixel,
                              int64_t in_count) {
  return {resize_tap(first, factor, is_half_pixel, in_count).index[0],
          resize_tap(first + count - 1, factor, is_half_pixel, in_count).index[1]};
}

}  // namespace mmasim::isa
