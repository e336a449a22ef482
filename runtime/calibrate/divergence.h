// How far a distribution moves when its magnitudes are clipped and quantized: what kl and kl_j minimize.
#pragma once

#include <cstddef>
#include <vector>

#include "runtime/calibrate/histogram.h"

namespace mmasim::runtime::calibration {

// P: the first `kept` bins, all that lies above added to the last. Q: the mass of those bins alone, merged
// into `levels` groups of neighbours and spread again over the bins of the group that P's tail left nonzero.
// Both are counts, with 1e-4 in empty bins, taken off the others in equal parts.
struct Distributions {
  std::vector<double> p, q;
};
Distributions clipped_and_quantized(const Histogram& histogram, size_t kept, size_t levels);

using Divergence = double (*)(const Distributions&);
double kullback_leibler(const Distributions& d);  // sum of P log(P / Q), both normalized
double jeffreys(const Distributions& d);          // sum of (P - Q) log(P / Q), both normalized

// The upper edge of the last bin kept where the divergence is least; of equal ones the largest.
double least_divergent_threshold(const Histogram& histogram, size_t levels, Divergence divergence);

}  // namespace mmasim::runtime::calibration
