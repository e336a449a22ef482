// A moving average of each frame's lowest and highest value.
#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/moving_range.h"

namespace mmasim::runtime::calibration {
namespace {

class MinMaxEma final : public Calibrator {
 public:
  explicit MinMaxEma(double beta) : beta_(beta) {}
  void see(const Frame& frame, unsigned) override { range_.see(frame.range, beta_); }
  Range finish() override { return range_.range(); }

 private:
  const double beta_;
  MovingRange range_;
};

}  // namespace

CalibratorInfo minmax_ema() {
  return {"minmax_ema",
          "Moving average of the lowest and the highest value of each frame; the first frame begins it.",
          {{"beta", 0.01, -1, 1, "weight of the newest frame; -1: 1/(n+1) after n frames, the mean of all"}},
          [](const ChoiceValues& values, const GridShape&) -> std::unique_ptr<Calibrator> {
            return std::make_unique<MinMaxEma>(values.at("beta"));
          }};
}

}  // namespace mmasim::runtime::calibration
