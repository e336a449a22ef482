#include "runtime/transform/bias_rows.h"

#include <algorithm>

#include "runtime/transform/transform.h"

namespace mmasim::runtime {

const std::vector<BiasCorrectionInfo>& bias_corrections() {
  static const std::vector<BiasCorrectionInfo> table{
      {"bias_analytic",
       "b -= E[dW x]: what the error of the weights alone does to each output channel's mean, x being the "
       "float "
       "network's values.",
       {{"frames", 64, 1, 1e6, "calibration samples looked at, at most", true}}},
      {"bias_correct",
       "Layer by layer, the mean of each output channel in float takes the place of the quantized one; a "
       "layer "
       "sees the corrected layers before it.",
       {{"frames", 32, 1, 1e6, "calibration samples looked at, at most", true}}},
      {"bias_iterative",
       "All layers at once, again and again: b += rate (mean in float - mean quantized). The first and the "
       "last "
       "tenth of the iterations move a tenth as far.",
       {{"frames", 50, 1, 1e6, "calibration samples looked at, at most", true},
        {"iterations", 50, 1, 10000, "over all frames", true},
        {"rate", 0.05, 1e-6, 1, "share of the difference that an iteration takes back"}}},
  };
  return table;
}

bool is_bias_correction(const std::string& name) {
  const auto& rows = bias_corrections();
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
}

void check_correction(const Choice& choice) {
  std::vector<ChoiceRow> rows;
  for (const auto& info : transforms()) rows.push_back({info.name, &info.parameters});
  for (const auto& info : bias_corrections()) rows.push_back({info.name, &info.parameters});
  find_choice("correction", rows, choice);
}

}  // namespace mmasim::runtime
