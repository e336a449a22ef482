// What most calibrators begin with: the range of all frames in a first pass, a histogram of magnitudes over
// it in a second one.
#pragma once

#include <algorithm>
#include <cmath>

#include "runtime/calibrate/calibrator.h"
#include "runtime/calibrate/histogram.h"

namespace mmasim::runtime::calibration {

// The range of everything seen.
class Observed {
 public:
  void see(const Range& frame) {
    range_ = is_empty_ ? frame : Range{std::min(range_.low, frame.low), std::max(range_.high, frame.high)};
    is_empty_ = false;
  }
  const Range& range() const { return range_; }
  double absolute_maximum() const { return std::max(std::fabs(range_.low), std::fabs(range_.high)); }
  bool is_signed(const GridShape& grid) const { return grid.always_signed || range_.low < 0; }
  // No more than was observed, and nothing beyond a threshold on either side.
  Range clipped(double threshold) const {
    return {std::clamp(range_.low, -threshold, threshold), std::clamp(range_.high, -threshold, threshold)};
  }

 private:
  Range range_;
  bool is_empty_ = true;
};

// Calibrators of two passes that choose one threshold for magnitudes from their histogram.
class ThresholdCalibrator : public Calibrator {
 public:
  ThresholdCalibrator(const GridShape& grid, size_t bins) : grid_(grid), bins_(bins) {}

  unsigned passes() const final { return 2; }

  void see(const Frame& frame, unsigned pass) final {
    if (pass == 0) return observed_.see(frame.range);
    if (observed_.absolute_maximum() == 0) return;
    if (histogram_.bins() == 0)
      histogram_ = {Histogram::Of::magnitudes, 0.0, observed_.absolute_maximum(), bins_};
    histogram_.add(frame.values, frame.count);
  }

  Range finish() final {
    if (histogram_.bins() == 0 || histogram_.total() == 0) return observed_.range();
    return observed_.clipped(threshold());
  }

 protected:
  virtual double threshold() const = 0;  // the histogram holds something

  bool is_signed() const { return observed_.is_signed(grid_); }

  const GridShape grid_;
  const size_t bins_;
  Observed observed_;
  Histogram histogram_;
};

// The upper edge of the lowest bin above which no more than `share` of the values lie.
inline double edge_that_leaves_out(const Histogram& histogram, double share) {
  const auto total = static_cast<double>(histogram.total());
  // Shares such as 1 - 0.999 are no binary fractions; a value more or less must not hang on that.
  const double most = total * share * (1 + 1e-9) + 1e-9;
  int64_t above = 0;
  size_t bin = histogram.bins() - 1;
  while (bin > 0 && static_cast<double>(above + histogram.count(bin)) <= most)
    above += histogram.count(bin--);
  return histogram.upper_edge(bin);
}

}  // namespace mmasim::runtime::calibration
