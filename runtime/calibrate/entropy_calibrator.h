// What kl and kl_j share: a histogram of magnitudes, and the threshold of the least divergence.
#pragma once

#include "runtime/calibrate/calibrator_table.h"
#include "runtime/calibrate/divergence.h"
#include "runtime/calibrate/observed.h"

namespace mmasim::runtime::calibration {

// Bins and levels count both sides of zero where the grid is signed: magnitudes have half of each.
class EntropyCalibrator final : public ThresholdCalibrator {
 public:
  EntropyCalibrator(const GridShape& grid, size_t bins, size_t levels, Divergence divergence)
      : ThresholdCalibrator(grid, bins), levels_(levels), divergence_(divergence) {}

 private:
  double threshold() const override {
    return least_divergent_threshold(histogram_, is_signed() ? levels_ / 2 : levels_, divergence_);
  }

  const size_t levels_;
  const Divergence divergence_;
};

inline std::vector<ChoiceParameter> entropy_parameters() {
  return {{"bins", 2048, 256, 16384, "of the histogram of magnitudes", true},
          {"levels", 256, 4, 256, "merged bins; half of them where values have both signs", true}};
}

template <double (*divergence)(const Distributions&)>
std::unique_ptr<Calibrator> make_entropy_calibrator(const ChoiceValues& values, const GridShape& grid) {
  return std::make_unique<EntropyCalibrator>(grid, static_cast<size_t>(values.at("bins")),
                                             static_cast<size_t>(values.at("levels")), divergence);
}

}  // namespace mmasim::runtime::calibration
