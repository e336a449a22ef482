// Everything that was seen.
#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/observed.h"

namespace mmasim::runtime::calibration {
namespace {

class MinMax final : public Calibrator {
 public:
  void see(const Frame& frame, unsigned) override { observed_.see(frame.range); }
  Range finish() override { return observed_.range(); }

 private:
  Observed observed_;
};

}  // namespace

CalibratorInfo minmax() {
  return {"minmax",
          "From the lowest to the highest value of all frames.",
          {},
          [](const ChoiceValues&, const GridShape&) -> std::unique_ptr<Calibrator> {
            return std::make_unique<MinMax>();
          }};
}

}  // namespace mmasim::runtime::calibration
