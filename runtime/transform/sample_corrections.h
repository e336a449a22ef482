// The table of bias corrections: what a quantization may name among its corrections beside transforms. What
// they do needs a plan and is in runtime/emulation/bias_correction.h.
#pragma once

#include <vector>

#include "runtime/choice.h"

namespace mmasim::runtime {

struct BiasCorrectionInfo {
  const char* name;
  const char* sentence;
  std::vector<ChoiceParameter> parameters;
};

const std::vector<BiasCorrectionInfo>& bias_corrections();
bool is_bias_correction(const std::string& name);

// Throws UserError unless it is a transform or a bias correction with parameters it has.
void check_correction(const Choice& choice);

}  // namespace mmasim::runtime
