#include "isa/executor/byte_intervals.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

namespace mmasim::isa {
namespace {

// The distance from one phase up to another.
uint64_t distance(uint64_t from, uint64_t to, uint64_t period) {
  return to >= from ? to - from : to + period - from;
}

}  // namespace

bool ByteInterval::meets_in_period(const ByteInterval& other) const {
  const uint64_t apart = distance(phase, other.phase, period);
  return apart < width || apart + other.width > period;
}

bool ByteInterval::join(const ByteInterval& other) {
  if (period != other.period || first > other.end + period || other.first > end + period) return false;
  if (period != 0) {
    const uint64_t behind = distance(phase, other.phase, period), before = period - behind;
    if (behind <= width) {
      width = std::max(width, behind + other.width);
    } else if (before <= other.width) {
      phase = other.phase;
      width = std::max(other.width, before + width);
    } else {
      return false;
    }
    if (width >= period) period = phase = width = 0;
  }
  first = std::min(first, other.first);
  end = std::max(end, other.end);
  return true;
}

void ByteInterval::repeat_every(uint64_t stride, Address base, uint64_t bytes) {
  if (bytes < stride) period = stride, phase = base.raw % stride, width = bytes;
}

ByteInterval interval_of(Address base, uint64_t bytes, const Steps* dimensions, size_t num_dimensions) {
  int64_t lowest = 0, highest = 0;
  uint64_t common = 0;  // divisor of every offset
  for (size_t i = 0; i < num_dimensions; ++i) {
    const Steps& d = dimensions[i];
    if (d.count < 2 || d.stride == 0) continue;
    const int64_t last = static_cast<int64_t>(d.count - 1) * d.stride;
    lowest += std::min<int64_t>(last, 0);
    highest += std::max<int64_t>(last, 0);
    common = std::gcd(common, static_cast<uint64_t>(std::abs(d.stride)));
  }
  ByteInterval interval{base.raw + static_cast<uint64_t>(lowest),
                        base.raw + static_cast<uint64_t>(highest) + bytes};
  interval.repeat_every(common, base, bytes);
  return interval;
}

void IntervalSet::add(const ByteInterval& interval) {
  for (uint32_t i = count_; i-- > 0;)
    if (intervals_[i].join(interval)) return;
  if (count_ < kMost) {
    intervals_[count_++] = interval;
  } else {
    ByteInterval& last = intervals_[kMost - 1];
    last = {std::min(last.first, interval.first), std::max(last.end, interval.end)};
  }
}

}  // namespace mmasim::isa
