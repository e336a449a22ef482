// The threshold of the highest signal to quantization noise ratio. For one tensor that is mse's threshold, as
// the signal does not depend on it; the measure is the one that reports use.
#include <cmath>
#include <limits>

#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/quantization_error.h"

namespace mmasim::runtime::calibration {
namespace {

class Sqnr final : public ThresholdCalibrator {
 public:
  Sqnr(const GridShape& grid, size_t bins, size_t fractions, size_t exponents)
      : ThresholdCalibrator(grid, bins), fractions_(fractions), exponents_(exponents) {}

 private:
  double threshold() const override {
    const double signal = mean_square(histogram_);
    double best = observed_.absolute_maximum(), highest = -std::numeric_limits<double>::infinity();
    for (const double t : candidate_thresholds(grid_, observed_.absolute_maximum(), fractions_, exponents_)) {
      const double noise = mean_squared_error(histogram_, t, step_of(grid_, observed_, t));
      const double decibels = 10 * std::log10(signal / noise);
      if (!(decibels > highest)) continue;
      highest = decibels;
      best = t;
    }
    return best;
  }

  const size_t fractions_, exponents_;
};

}  // namespace

CalibratorInfo sqnr() {
  return {"sqnr",
          "The threshold of magnitudes with the highest 10 log10(E[x^2] / E[(x - x^)^2]).",
          {{"bins", 2048, 16, 65536, "of the histogram of magnitudes", true},
           {"fractions", 100, 2, 10000, "thresholds tried: equal parts of the largest magnitude", true},
           {"exponents", 8, 1, 64, "thresholds tried where steps are powers of two", true}},
          [](const ChoiceValues& values, const GridShape& grid) -> std::unique_ptr<Calibrator> {
            return std::make_unique<Sqnr>(grid, static_cast<size_t>(values.at("bins")),
                                          static_cast<size_t>(values.at("fractions")),
                                          static_cast<size_t>(values.at("exponents")));
          }};
}

}  // namespace mmasim::runtime::calibration
