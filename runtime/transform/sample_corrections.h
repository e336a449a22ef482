// The table of corrections by samples: what a quantization may name among its corrections beside transforms.
// They look at calibration samples and choose biases or ranges; what they do is in runtime/emulation.
#pragma once

#include <vector>

#include "runtime/choice.h"

namespace mmasim::runtime {

struct SampleCorrectionInfo {
  const char* name;
  const char* sentence;
  std::vector<ChoiceParameter> parameters;
};

const std::vector<SampleCorrectionInfo>& sample_corrections();
bool is_sample_correction(const std::string& name);

// Throws UserError unless it is a transform or a correction by samples with parameters it has.
void check_correction(const Choice& choice);

}  // namespace mmasim::runtime
