#include "runtime/calibrate/frame_range.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "isa/kit/simd.h"

namespace mmasim::runtime::calibration {
namespace {

constexpr size_t kLanes = 16;

// Smallest and largest of each lane (element i belongs to lane i % 16); all_finite is 0 after infinity or
// NaN.
MMASIM_SIMD_CLONES void lane_ranges(const float* values, size_t count, float* low, float* high,
                                    uint32_t* finite) {
  uint32_t bad[kLanes] = {};
  for (size_t i = 0; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float v = values[i + lane];
      low[lane] = v < low[lane] ? v : low[lane];
      high[lane] = v > high[lane] ? v : high[lane];
      uint32_t bits;
      std::memcpy(&bits, &v, sizeof bits);
      bad[lane] |= (bits & 0x7f800000u) == 0x7f800000u ? 1u : 0u;
    }
  }
  for (size_t lane = 0; lane < kLanes; ++lane) *finite &= bad[lane] ^ 1u;
}

}  // namespace

std::optional<Range> range_of(const float* values, size_t count) {
  if (count == 0) return Range{};
  float low[kLanes], high[kLanes];
  std::fill_n(low, kLanes, values[0]);
  std::fill_n(high, kLanes, values[0]);
  uint32_t finite = 1;
  lane_ranges(values, count, low, high, &finite);
  float smallest = *std::min_element(low, low + kLanes), largest = *std::max_element(high, high + kLanes);
  for (size_t i = count / kLanes * kLanes; i < count; ++i) {
    if (!std::isfinite(values[i])) finite = 0;
    smallest = std::min(smallest, values[i]);
    largest = std::max(largest, values[i]);
  }
  if (!finite) return std::nullopt;
  return Range{smallest + 0.0, largest + 0.0};  // no negative zero
}

}  // namespace mmasim::runtime::calibration
