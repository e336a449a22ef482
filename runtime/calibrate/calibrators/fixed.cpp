// The range that the user names.
#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::calibration {
namespace {

class Fixed final : public Calibrator {
 public:
  explicit Fixed(Range range) : range_(range) {}
  void see(const Frame&, unsigned) override {}
  Range finish() override { return range_; }

 private:
  const Range range_;
};

}  // namespace

CalibratorInfo fixed() {
  return {"fixed",
          "The range that is given, whatever the values.",
          {{"low", 0, -1e30, 1e30, "lowest value"}, {"high", 1, -1e30, 1e30, "highest value"}},
          [](const ChoiceValues& values, const GridShape&) -> std::unique_ptr<Calibrator> {
            const Range range{values.at("low"), values.at("high")};
            if (!(range.low < range.high)) throw UserError("calibrator 'fixed': low must be less than high");
            return std::make_unique<Fixed>(range);
          }};
}

}  // namespace mmasim::runtime::calibration
