// Mean and standard deviation. Sums run in the order of the values, so that they are the same everywhere.
#include <cmath>

#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/observed.h"

namespace mmasim::runtime::calibration {
namespace {

class Nsd final : public Calibrator {
 public:
  explicit Nsd(double deviations) : deviations_(deviations) {}

  unsigned passes() const override { return 2; }  // the mean first, then what differs from it

  void see(const Frame& frame, unsigned pass) override {
    if (pass == 0) {
      observed_.see(frame.range);
      for (size_t i = 0; i < frame.count; ++i) sum_ += frame.values[i];
      count_ += frame.count;
      return;
    }
    const double centre = mean();
    for (size_t i = 0; i < frame.count; ++i) {
      const double difference = frame.values[i] - centre;
      squares_ += difference * difference;
    }
  }

  Range finish() override {
    if (count_ == 0) return {};
    const double sigma = std::sqrt(squares_ / static_cast<double>(count_));
    return observed_.clipped(std::fabs(mean()) + deviations_ * sigma);
  }

 private:
  double mean() const { return count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_); }

  const double deviations_;
  Observed observed_;
  double sum_ = 0, squares_ = 0;
  uint64_t count_ = 0;
};

}  // namespace

CalibratorInfo nsd() {
  return {"nsd",
          "|mean| + n standard deviations on either side of zero, as far as values go.",
          {{"n", 3, 0.5, 100, "standard deviations"}},
          [](const ChoiceValues& values, const GridShape&) -> std::unique_ptr<Calibrator> {
            return std::make_unique<Nsd>(values.at("n"));
          }};
}

}  // namespace mmasim::runtime::calibration
