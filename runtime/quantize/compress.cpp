#include "runtime/quantize/compress.h"

#include <algorithm>
#include <cmath>

#include "isa/float_arithmetic.h"

namespace mmasim::runtime::quantization {

namespace {

using Form = StoredWeights::Form;

// Calls visit(index of the value, output channel).
template <class Visit>
void for_each_weight(const WeightedLayer& layer, Visit&& visit) {
  for (const WeightRun& run : layer.runs)
    for (size_t i = run.begin; i < run.begin + run.count; ++i) visit(i, run.channel);
}

void store_halves(RealPlan& plan) {
  for (float& weight : plan.weights) weight = isa::float_of_half(isa::half_of_float(weight));
}

void store_integers(const WeightedLayer& layer, const QuantChoices& choices, RealPlan& plan) {
  IntegerWeights stored = integer_weights(layer, choices.weight_granularity);
  for_each_weight(layer, [&](size_t i, size_t channel) {
    const float step = stored.steps[stored.steps.size() == 1 ? 0 : channel];
    plan.weights[i] = static_cast<float>(stored.integers.s8[i]) * step;
  });
  plan.stored.steps = std::move(stored.steps);
  plan.stored.integers = std::move(stored.integers);
}

// Entries of the codebook are binary16 numbers.
void store_indices(const QuantChoices& choices, RealPlan& plan) {
  Codebook book = cluster(plan.weights, 1u << choices.compress_bits);
  for (const double centroid : book.centroids)
    plan.stored.codebook.push_back(isa::float_of_half(isa::half_of_float(static_cast<float>(centroid))));
  for (size_t i = 0; i < plan.weights.size(); ++i) plan.weights[i] = plan.stored.codebook[book.indices[i]];
  plan.stored.indices = std::move(book.indices);
}

size_t nearest(const std::vector<double>& centroids, double value) {
  size_t best = 0;
  for (size_t k = 1; k < centroids.size(); ++k)
    if (std::fabs(value - centroids[k]) < std::fabs(value - centroids[best])) best = k;
  return best;
}

}  // namespace

std::vector<float> real_weights(const WeightedLayer& layer) {
  std::vector<float> weights(static_cast<size_t>(element_count(layer.shape)));
  for_each_weight(layer, [&](size_t i, size_t channel) {
    const double value =
        layer.values != nullptr ? static_cast<double>(layer.values[i]) : layer.exact_values[i];
    weights[i] = static_cast<float>(value * layer.scale_of(channel));
  });
  return weights;
}

IntegerWeights integer_weights(const WeightedLayer& layer, QuantChoices::Granularity granularity) {
  constexpr int64_t kLargest = 127;
  std::vector<double> magnitudes = largest_magnitudes(layer);
  if (granularity == QuantChoices::Granularity::tensor)
    magnitudes = {*std::max_element(magnitudes.begin(), magnitudes.end())};
  IntegerWeights result;
  std::vector<double> inv_steps;
  for (const double magnitude : magnitudes) {
    inv_steps.push_back(magnitude > 0 ? kLargest / magnitude : 1.0);
    result.steps.push_back(static_cast<float>(1.0 / inv_steps.back()));
  }
  result.integers = quantize_weights(layer, {8, -kLargest, kLargest}, inv_steps);
  return result;
}

Codebook cluster(const std::vector<float>& values, uint32_t count) {
  constexpr int kMostRounds = 50;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  Codebook book;
  for (uint32_t k = 0; k < count; ++k) {
    const double share = count == 1 ? 0 : static_cast<double>(k) / (count - 1);
    book.centroids.push_back(static_cast<double>(*low) +
                             share * (static_cast<double>(*high) - static_cast<double>(*low)));
  }
  book.indices.assign(values.size(), 0);
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<double> sums(count, 0.0);
    std::vector<uint64_t> members(count, 0);
    bool has_moved = round == 0;
    for (size_t i = 0; i < values.size(); ++i) {
      const auto index = static_cast<uint8_t>(nearest(book.centroids, values[i]));
      has_moved |= index != book.indices[i];
      book.indices[i] = index;
      sums[index] += static_cast<double>(values[i]);
      ++members[index];
    }
    if (!has_moved) break;
    for (uint32_t k = 0; k < count; ++k)
      if (members[k] > 0) book.centroids[k] = sums[k] / static_cast<double>(members[k]);
  }
  return book;
}

void store_weights(const WeightedLayer& layer, const QuantChoices& choices, RealPlan& plan) {
  plan.weights = real_weights(layer);
  if (plan.stored.form == Form::f16) store_halves(plan);
  if (plan.stored.form == Form::s8) store_integers(layer, choices, plan);
  if (plan.stored.form == Form::indices) store_indices(choices, plan);
}

}  // namespace mmasim::runtime::quantization
