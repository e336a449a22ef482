// The two source cells that an output cell of dsp.resize takes along one axis.
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

}  // namespace mmasim::isa
