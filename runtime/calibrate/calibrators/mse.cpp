// The threshold of the least expected error.
#include <limits>

#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/quantization_error.h"

namespace mmasim::runtime::calibration {
namespace {

class Mse final : public ThresholdCalibrator {
 public:
  Mse(const GridShape& grid, size_t bins, size_t fractions, size_t exponents)
      : ThresholdCalibrator(grid, bins), fractions_(fractions), exponents_(exponents) {}

 private:
  double threshold() const override {
    double best = observed_.absolute_maximum(), least = std::numeric_limits<double>::infinity();
    for (const double t : candidate_thresholds(grid_, observed_.absolute_maximum(), fractions_, exponents_)) {
      const double error = mean_squared_error(histogram_, t, step_of(grid_, observed_, t));
      if (!(error < least)) continue;
      least = error;
      best = t;
    }
    return best;
  }

  const size_t fractions_, exponents_;
};

}  // namespace

CalibratorInfo mse() {
  return {"mse",
          "The threshold of magnitudes with the least mean squared error: step^2/12 below it, the distance "
          "squared above.",
          {{"bins", 2048, 16, 65536, "of the histogram of magnitudes", true},
           {"fractions", 100, 2, 10000, "thresholds tried: equal parts of the largest magnitude", true},
           {"exponents", 8, 1, 64, "thresholds tried where steps are powers of two", true}},
          [](const ChoiceValues& values, const GridShape& grid) -> std::unique_ptr<Calibrator> {
            return std::make_unique<Mse>(grid, static_cast<size_t>(values.at("bins")),
                                         static_cast<size_t>(values.at("fractions")),
                                         static_cast<size_t>(values.at("exponents")));
          }};
}

}  // namespace mmasim::runtime::calibration
