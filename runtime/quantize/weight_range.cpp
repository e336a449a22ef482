#include "runtime/quantize/weight_range.h"

#include <algorithm>
#include <cstddef>

#include "runtime/calibrate/calibrator.h"

namespace mmasim::runtime::quantization {
namespace {

// Effective weights by output channel, in binary32 as calibrators see values.
std::vector<std::vector<float>> values_by_channel(const WeightedLayer& layer) {
  std::vector<std::vector<float>> values(layer.channels);
  for (const WeightRun& run : layer.runs) {
    const double scale = layer.scale_of(run.channel);
    for (size_t i = run.begin; i < run.begin + run.count; ++i) {
      const double value = layer.values ? static_cast<double>(layer.values[i]) : layer.exact_values[i];
      values[run.channel].push_back(static_cast<float>(value * scale));
    }
  }
  return values;
}

double magnitude_of(const Range& range) { return std::max(range.high, -range.low); }

}  // namespace

std::vector<double> weight_ranges(const WeightedLayer& layer, const QuantChoices& choices,
                                  Together together) {
  std::vector<double> largest = largest_magnitudes(layer);  // finite from here on
  if (choices.weight_calibrator.kind == "minmax") return largest;
  const GridShape grid{choices.weight_bits, true, choices.weight_scale == QuantChoices::Scale::pow2, true};
  const auto values = values_by_channel(layer);
  if (together == Together::channels) {
    for (size_t c = 0; c < values.size(); ++c)
      largest[c] =
          magnitude_of(calibrate_values(choices.weight_calibrator, grid, values[c].data(), values[c].size()));
    return largest;
  }
  std::vector<float> all;
  for (const auto& channel : values) all.insert(all.end(), channel.begin(), channel.end());
  const Range range = calibrate_values(choices.weight_calibrator, grid, all.data(), all.size());
  return std::vector<double>(layer.channels, magnitude_of(range));
}

}  // namespace mmasim::runtime::quantization
