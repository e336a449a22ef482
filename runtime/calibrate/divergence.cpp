#include "runtime/calibrate/divergence.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace mmasim::runtime::calibration {
namespace {

constexpr double kSmoothing = 1e-4;

// No bin without mass: its logarithm would be infinite.
void smooth(std::vector<double>& counts) {
  size_t zeros = 0;
  for (const double count : counts) zeros += count == 0 ? 1 : 0;
  const size_t others = counts.size() - zeros;
  if (zeros == 0 || others == 0) return;
  const double taken = kSmoothing * static_cast<double>(zeros) / static_cast<double>(others);
  for (double& count : counts) count = count == 0 ? kSmoothing : count - taken;
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

Distributions clipped_and_quantized(const Histogram& histogram, size_t kept, size_t levels) {
  Distributions d{std::vector<double>(kept), std::vector<double>(kept)};
  double beyond = 0;
  for (size_t bin = kept; bin < histogram.bins(); ++bin) beyond += static_cast<double>(histogram.count(bin));
  for (size_t level = 0; level < levels; ++level) {
    const size_t begin = level * kept / levels, end = (level + 1) * kept / levels;
    double mass = 0, filled = 0;
    for (size_t bin = begin; bin < end; ++bin) {
      d.p[bin] = static_cast<double>(histogram.count(bin));
      mass += d.p[bin];
      filled += d.p[bin] > 0 ? 1 : 0;
    }
    for (size_t bin = begin; bin < end; ++bin) d.q[bin] = d.p[bin] > 0 ? mass / filled : 0.0;
  }
  d.p.back() += beyond;
  smooth(d.p);
  smooth(d.q);
  return d;
}

double kullback_leibler(const Distributions& d) {
  const double p_sum = sum_of(d.p), q_sum = sum_of(d.q);
  double total = 0;
  for (size_t i = 0; i < d.p.size(); ++i) {
    const double p = d.p[i] / p_sum, q = d.q[i] / q_sum;
    total += p * std::log(p / q);
  }
  return total;
}

double jeffreys(const Distributions& d) {
  const double p_sum = sum_of(d.p), q_sum = sum_of(d.q);
  double total = 0;
  for (size_t i = 0; i < d.p.size(); ++i) {
    const double p = d.p[i] / p_sum, q = d.q[i] / q_sum;
    total += (p - q) * std::log(p / q);
  }
  return total;
}

double least_divergent_threshold(const Histogram& histogram, size_t levels, Divergence divergence) {
  size_t best = histogram.bins();
  double least = std::numeric_limits<double>::infinity();
  for (size_t kept = histogram.bins(); kept >= levels; --kept) {
    double mass = 0;
    for (size_t bin = 0; bin < kept && mass == 0; ++bin) mass += static_cast<double>(histogram.count(bin));
    if (mass == 0) break;  // nothing would be in range
    const double value = divergence(clipped_and_quantized(histogram, kept, levels));
    if (!(value < least)) continue;
    least = value;
    best = kept;
  }
  return histogram.upper_edge(best - 1);
}

}  // namespace mmasim::runtime::calibration
