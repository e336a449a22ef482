// The divergence of Kullback and Leibler, as TensorRT and onnxruntime calibrate.
#include "runtime/calibrate/calibrators/calibrators.h"
#include "runtime/calibrate/entropy_calibrator.h"

namespace mmasim::runtime::calibration {

CalibratorInfo kl() {
  return {"kl", "The threshold of magnitudes with the least Kullback-Leibler divergence sum P log(P/Q).",
          entropy_parameters(), make_entropy_calibrator<kullback_leibler>};
}

}  // namespace mmasim::runtime::calibration
