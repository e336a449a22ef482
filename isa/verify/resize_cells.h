// The cells of a source that dsp.resize reads along one axis, as indices of the whole map (see DspResize).
#pragma once

#include <algorithm>
#include <cstdint>

namespace mmasim::isa {

struct CellRange {
  int64_t first, last;
};

inline CellRange resize_cells(uint32_t out_first, uint32_t count, uint16_t factor, bool half_pixel,
                              uint32_t in_cells) {
  const int64_t offset = half_pixel ? 1 - int64_t{factor} : 0;
  const int64_t divisor = 2 * int64_t{factor};
  const auto floor_cell = [&](int64_t out) {
    const int64_t numerator = 2 * out + offset;
    return numerator >= 0 ? numerator / divisor : -((-numerator + divisor - 1) / divisor);
  };
  const auto clamped = [&](int64_t cell) { return std::clamp<int64_t>(cell, 0, int64_t{in_cells} - 1); };
  const int64_t out_last = int64_t{out_first} + count - 1;
  return {clamped(floor_cell(out_first)), clamped(floor_cell(out_last) + 1)};
}

}  // namespace mmasim::isa
