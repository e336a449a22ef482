#include "runtime/transform/sample_corrections.h"

#include <algorithm>

#include "runtime/transform/transform.h"

namespace mmasim::runtime {

const std::vector<SampleCorrectionInfo>& sample_corrections() {
  static const std::vector<SampleCorrectionInfo> table{
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
      {"bias_absorb",
       "High biases go into the next layer: of each output channel c = max(0, mean - sigmas * deviation) of "
       "its sums is taken off its bias, and the next layer's weights times c are added there. Where nothing "
       "but a ReLU lies between and the next layer has no padding.",
       {{"frames", 64, 1, 1e6, "calibration samples looked at, at most", true},
        {"sigmas", 3, 0, 100, "standard deviations below the mean that are kept"}}},
      {"threshold_search",
       "Layer by layer, the thresholds of weights and of the result are halved as often as brings the "
       "network's outputs, or the layer's own result, nearest to the float ones, in mean squared error. "
       "Ranges are chosen with it; no transform may follow.",
       {{"frames", 32, 1, 1e6, "calibration samples looked at, at most", true},
        {"exponents", 8, 1, 16, "thresholds tried of each tensor, a factor of two apart", true},
        {"own", 0, 0, 1, "1: the error of each layer's own result; 0: that of the network's outputs", true},
        {"sweeps", 1, 1, 10, "over all layers, at most; fewer where nothing changes", true}}},
  };
  return table;
}

bool is_sample_correction(const std::string& name) {
  const auto& rows = sample_corrections();
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.name == name; });
}

void check_correction(const Choice& choice) {
  std::vector<ChoiceRow> rows;
  for (const auto& info : transforms()) rows.push_back({info.name, &info.parameters});
  for (const auto& info : sample_corrections()) rows.push_back({info.name, &info.parameters});
  find_choice("correction", rows, choice);
}

}  // namespace mmasim::runtime
