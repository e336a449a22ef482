// A range that follows frames (quantization.md 4.6): range <- (1 - beta) * range + beta * frame. The first
// frame sets it; beta -1 stands for 1/(n+1) after n frames, the mean of all.
#pragma once

#include <cstdint>

#include "runtime/calibrate/ranges.h"

namespace mmasim::runtime::calibration {

class MovingRange {
 public:
  void see(const Range& frame, double beta) {
    const double weight = frames_ == 0 ? 1.0 : beta == -1 ? 1.0 / static_cast<double>(frames_ + 1) : beta;
    range_.low = frames_ == 0 ? frame.low : (1 - weight) * range_.low + weight * frame.low;
    range_.high = frames_ == 0 ? frame.high : (1 - weight) * range_.high + weight * frame.high;
    ++frames_;
  }
  const Range& range() const { return range_; }
  uint64_t frames() const { return frames_; }

 private:
  Range range_;
  uint64_t frames_ = 0;
};

}  // namespace mmasim::runtime::calibration
