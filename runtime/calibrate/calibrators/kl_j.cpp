// The symmetric divergence of Jeffreys, as TQT calibrates activations.
#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/entropy_calibrator.h"

namespace mmasim::runtime::calibration {

CalibratorInfo kl_j() {
  return {"kl_j", "The threshold of magnitudes with the least symmetric divergence sum (P - Q) log(P/Q).",
          entropy_parameters(), make_entropy_calibrator<jeffreys>};
}

}  // namespace mmasim::runtime::calibration
