// TIDL's own option names in a quantization file (`tidl_options:`): what each means here, or that it means
// nothing here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/quantize/quant_file.h"

namespace mmasim::runtime {

struct TidlMeaning {
  std::optional<std::string> preset;
  std::vector<QuantSetting> settings;
  std::vector<QuantOverride> overrides;
  std::vector<std::string> corrections;  // of all options together one setting, in this order
  std::string note;                      // for an option without meaning here
  std::string fault;  // for a value that is none of the option's, or an option there is not
};

// name: as TIDL has it, "tensor_bits", "advanced_options:calibration_frames".
TidlMeaning meaning_of_tidl_option(const std::string& name, const std::string& value,
                                   const std::string& place);

}  // namespace mmasim::runtime
