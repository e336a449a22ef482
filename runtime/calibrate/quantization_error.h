// The error of a grid, estimated from a histogram of magnitudes: step^2/12 for what it covers, the square of
// the distance for what it cuts off.
#pragma once

#include <vector>

#include "runtime/calibrate/calibrator.h"
#include "runtime/calibrate/histogram.h"
#include "runtime/calibrate/observed.h"

namespace mmasim::runtime::calibration {

// Step of the grid that covers what was observed, cut at the threshold.
double step_of(const GridShape& grid, const Observed& observed, double threshold);

// Mean of the squared error. Bins count at their centres.
double mean_squared_error(const Histogram& histogram, double threshold, double step);
double mean_square(const Histogram& histogram);

// Thresholds worth trying, largest first: hundredths of the largest magnitude, or the powers of two from the
// next one above it down, for steps that are powers of two.
std::vector<double> candidate_thresholds(const GridShape& grid, double absolute_maximum, size_t fractions,
                                         size_t exponents);

}  // namespace mmasim::runtime::calibration
