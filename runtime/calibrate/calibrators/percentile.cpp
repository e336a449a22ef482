// Leaves out the outermost values: on both sides together around zero, on each side alone otherwise.
#include <algorithm>

#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/observed.h"

namespace mmasim::runtime::calibration {
namespace {

class SymmetricPercentile final : public ThresholdCalibrator {
 public:
  SymmetricPercentile(const GridShape& grid, size_t bins, double left_out)
      : ThresholdCalibrator(grid, bins), left_out_(left_out) {}

 private:
  double threshold() const override { return edge_that_leaves_out(histogram_, left_out_); }

  const double left_out_;
};

class AffinePercentile final : public Calibrator {
 public:
  AffinePercentile(size_t bins, double left_out) : bins_(bins), left_out_(left_out) {}

  unsigned passes() const override { return 2; }

  void see(const Frame& frame, unsigned pass) override {
    if (pass == 0) return observed_.see(frame.range);
    const Range& range = observed_.range();
    if (!(range.low < range.high)) return;
    if (histogram_.bins() == 0) histogram_ = {Histogram::Of::values, range.low, range.high, bins_};
    histogram_.add(frame.values, frame.count);
  }

  Range finish() override {
    const Range& range = observed_.range();
    if (histogram_.bins() == 0 || histogram_.total() == 0) return range;
    const double most = static_cast<double>(histogram_.total()) * left_out_ / 2 * (1 + 1e-9) + 1e-9;
    int64_t below = 0;
    size_t bin = 0;
    while (bin + 1 < histogram_.bins() && static_cast<double>(below + histogram_.count(bin)) <= most)
      below += histogram_.count(bin++);
    const double low = histogram_.lower_edge(bin), high = edge_that_leaves_out(histogram_, left_out_ / 2);
    return {std::max(range.low, low), std::max(low, std::min(range.high, high))};
  }

 private:
  const size_t bins_;
  const double left_out_;
  Observed observed_;
  Histogram histogram_;
};

}  // namespace

CalibratorInfo percentile() {
  return {"percentile",
          "So many percent of the values: of their magnitudes on a symmetric grid, as much cut from each "
          "side on an affine one.",
          {{"percentile", 99.999, 50, 100, "share that is kept, in percent"},
           {"bins", 2048, 16, 65536, "of the histogram", true}},
          [](const ChoiceValues& values, const GridShape& grid) -> std::unique_ptr<Calibrator> {
            const double left_out = (100 - values.at("percentile")) / 100;
            const auto bins = static_cast<size_t>(values.at("bins"));
            if (grid.symmetric) return std::make_unique<SymmetricPercentile>(grid, bins, left_out);
            return std::make_unique<AffinePercentile>(bins, left_out);
          }};
}

}  // namespace mmasim::runtime::calibration
