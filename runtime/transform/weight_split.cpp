#include "runtime/transform/weight_split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mmasim::runtime::transforming {
namespace {

constexpr int kThresholds = 48;
constexpr double kLowestThreshold = 1e-4;  // of the largest magnitude

double largest_of(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) most = std::max(most, std::fabs(value));
  return most;
}

std::vector<double> largest_by_channel(const ChannelWeights& weights) {
  std::vector<double> most(static_cast<size_t>(weights.channels), 0.0);
  for (size_t i = 0; i < weights.values.size(); ++i) {
    double& channel = most[static_cast<size_t>(weights.channel[i])];
    channel = std::max(channel, std::fabs(weights.values[i]));
  }
  return most;
}

struct Cut {
  std::vector<double> inner, outer;
};

Cut cut_at(const std::vector<double>& values, double threshold) {
  Cut cut;
  for (const double value : values) {
    cut.inner.push_back(std::clamp(value, -threshold, threshold));
    cut.outer.push_back(value - cut.inner.back());
  }
  return cut;
}

double cost_of(const ChannelWeights& weights, const std::vector<double>& range, double threshold,
               uint32_t bits) {
  const Cut cut = cut_at(weights.values, threshold);
  const auto inner = through_affine_grid(cut.inner, bits), outer = through_affine_grid(cut.outer, bits);
  std::vector<double> squares(range.size(), 0.0), counts(range.size(), 0.0);
  for (size_t i = 0; i < weights.values.size(); ++i) {
    const auto channel = static_cast<size_t>(weights.channel[i]);
    const double error = inner[i] + outer[i] - weights.values[i];
    squares[channel] += error * error;
    counts[channel] += 1;
  }
  double cost = 0;
  for (size_t c = 0; c < range.size(); ++c)
    if (range[c] > 0) cost += squares[c] / counts[c] / (range[c] * range[c]);
  return cost;
}

}  // namespace

std::vector<double> through_affine_grid(const std::vector<double>& values, uint32_t bits) {
  double low = 0, high = 0;
  for (const double value : values) low = std::min(low, value), high = std::max(high, value);
  if (!(low < high)) return values;
  const double levels = std::ldexp(1.0, static_cast<int>(bits)) - 1, step = (high - low) / levels;
  const double zero_point = std::nearbyint(-low / step);
  std::vector<double> seen;
  for (const double value : values) {
    const double q = std::clamp(std::round(value / step) + zero_point, 0.0, levels);
    seen.push_back((q - zero_point) * step);
  }
  return seen;
}

double best_threshold(const ChannelWeights& weights, uint32_t bits) {
  const double largest = largest_of(weights.values);
  const auto range = largest_by_channel(weights);
  double best = largest, least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < kThresholds; ++i) {
    const double threshold = largest * std::pow(kLowestThreshold, static_cast<double>(i) / kThresholds);
    const double cost = cost_of(weights, range, threshold, bits);
    if (!(cost < least)) continue;
    least = cost;
    best = threshold;
  }
  return best;
}

std::vector<std::vector<double>> split_values(const ChannelWeights& weights, size_t parts, uint32_t bits) {
  std::vector<std::vector<double>> split;
  ChannelWeights rest = weights;
  while (split.size() + 1 < parts) {
    Cut cut = cut_at(rest.values, best_threshold(rest, bits));
    split.push_back(std::move(cut.outer));
    rest.values = std::move(cut.inner);
  }
  split.push_back(std::move(rest.values));
  return split;
}

std::vector<size_t> group_channels(const ChannelWeights& weights, size_t groups) {
  const auto range = largest_by_channel(weights);
  std::vector<size_t> order(range.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return range[a] > range[b]; });
  std::vector<size_t> group(range.size());
  for (size_t place = 0; place < order.size(); ++place) group[order[place]] = place * groups / order.size();
  return group;
}

}  // namespace mmasim::runtime::transforming
