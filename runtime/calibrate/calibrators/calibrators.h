// One row of the table per file of this folder.
#pragma once

#include "runtime/calibrate/calibrator_table.h"

namespace mmasim::runtime::calibration {

CalibratorInfo minmax();
CalibratorInfo minmax_ema();
CalibratorInfo percentile();
CalibratorInfo nsd();
CalibratorInfo kl();
CalibratorInfo kl_j();
CalibratorInfo mse();
CalibratorInfo sqnr();
CalibratorInfo saturation();
CalibratorInfo fixed();

}  // namespace mmasim::runtime::calibration
