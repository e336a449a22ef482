#include "runtime/calibrate/quantization_error.h"

#include <cmath>

namespace mmasim::runtime::calibration {

double step_of(const GridShape& grid, const Observed& observed, double threshold) {
  const Range range = observed.clipped(threshold);
  const double levels = std::ldexp(1.0, static_cast<int>(grid.bits));
  if (!grid.symmetric) return (std::max(range.high, 0.0) - std::min(range.low, 0.0)) / (levels - 1);
  const double largest = std::max(std::fabs(range.low), std::fabs(range.high));
  return (observed.is_signed(grid) ? 2 : 1) * (grid.power_of_two ? threshold : largest) / levels;
}

double mean_squared_error(const Histogram& histogram, double threshold, double step) {
  double sum = 0, total = 0;
  for (size_t bin = 0; bin < histogram.bins(); ++bin) {
    const auto count = static_cast<double>(histogram.count(bin));
    const double beyond = histogram.centre(bin) - threshold;
    sum += count * (beyond > 0 ? beyond * beyond : step * step / 12);
    total += count;
  }
  return sum / total;
}

double mean_square(const Histogram& histogram) {
  double sum = 0, total = 0;
  for (size_t bin = 0; bin < histogram.bins(); ++bin) {
    const auto count = static_cast<double>(histogram.count(bin));
    sum += count * histogram.centre(bin) * histogram.centre(bin);
    total += count;
  }
  return sum / total;
}

std::vector<double> candidate_thresholds(const GridShape& grid, double absolute_maximum, size_t fractions,
                                         size_t exponents) {
  std::vector<double> thresholds;
  if (!grid.power_of_two) {
    for (size_t i = fractions; i > 0; --i)
      thresholds.push_back(absolute_maximum * static_cast<double>(i) / static_cast<double>(fractions));
    return thresholds;
  }
  int exponent = 0;
  const double mantissa = std::frexp(absolute_maximum, &exponent);  // in [0.5, 1)
  if (mantissa == 0.5) --exponent;
  for (size_t i = 0; i < exponents; ++i)
    thresholds.push_back(std::ldexp(1.0, exponent - static_cast<int>(i)));
  return thresholds;
}

}  // namespace mmasim::runtime::calibration
