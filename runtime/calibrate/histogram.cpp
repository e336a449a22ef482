#include "runtime/calibrate/histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mmasim::runtime::calibration {

Histogram::Histogram(Of of, double low, double high, size_t bins)
    : of_(of), low_(low), width_((high - low) / static_cast<double>(bins)), counts_(bins) {}

void Histogram::add(const float* values, size_t count) {
  const double bins_per_unit = 1.0 / width_, last = static_cast<double>(counts_.size() - 1);
  int64_t* const counts = counts_.data();
  const bool magnitudes = of_ == Of::magnitudes;
  for (size_t i = 0; i < count; ++i) {
    const double value = magnitudes ? std::fabs(values[i]) : values[i];
    const double bin = (value - low_) * bins_per_unit;
    ++counts[static_cast<size_t>(std::clamp(bin, 0.0, last))];
  }
}

int64_t Histogram::total() const { return std::accumulate(counts_.begin(), counts_.end(), int64_t{0}); }

}  // namespace mmasim::runtime::calibration
