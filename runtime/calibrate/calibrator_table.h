// The table of calibrators: names, sentences, parameters and their defaults. Read by make_calibrator(), by
// the checks of quantization files and by `describe calibrators`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/calibrate/calibrator.h"

namespace mmasim::runtime {

struct CalibratorInfo {
  const char* name;
  const char* sentence;
  std::vector<ChoiceParameter> parameters;
  std::unique_ptr<Calibrator> (*make)(const ChoiceValues& values, const GridShape& grid);
};

const std::vector<CalibratorInfo>& calibrators();

}  // namespace mmasim::runtime
