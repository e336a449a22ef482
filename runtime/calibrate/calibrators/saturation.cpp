// The smallest threshold that so many values stay below.
#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/observed.h"

namespace mmasim::runtime::calibration {
namespace {

class Saturation final : public ThresholdCalibrator {
 public:
  Saturation(const GridShape& grid, size_t bins, double share)
      : ThresholdCalibrator(grid, bins), share_(share) {}

 private:
  double threshold() const override { return edge_that_leaves_out(histogram_, share_); }

  const double share_;
};

}  // namespace

CalibratorInfo saturation() {
  return {"saturation",
          "The smallest threshold that no more than a share eps of the magnitudes exceeds.",
          {{"eps", 1e-3, 0, 0.5, "share of values that may saturate"},
           {"bins", 2048, 16, 65536, "of the histogram of magnitudes", true}},
          [](const ChoiceValues& values, const GridShape& grid) -> std::unique_ptr<Calibrator> {
            return std::make_unique<Saturation>(grid, static_cast<size_t>(values.at("bins")),
                                                values.at("eps"));
          }};
}

}  // namespace mmasim::runtime::calibration
