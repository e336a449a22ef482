// How a layer's weights are cut into subtensors (quantization.md 4.12), each to be quantized by itself on an
// affine grid. Knows no graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mmasim::runtime::transforming {

// One layer's weights and the output channel of each.
struct ChannelWeights {
  std::vector<double> values;
  std::vector<int64_t> channel;  // one per value
  int64_t channels = 0;
};

// Each value after it went through an affine grid of so many bits over all values and zero.
std::vector<double> through_affine_grid(const std::vector<double>& values, uint32_t bits);

// Where to cut values: of 48 logarithmically spaced thresholds below the largest magnitude the one that gives
// the least sum over channels of the mean squared error of both parts' sum, relative to the channel's range.
double best_threshold(const ChannelWeights& weights, uint32_t bits);

// The same weights as a sum of `parts` tensors: the last one holds what lies below the lowest threshold.
std::vector<std::vector<double>> split_values(const ChannelWeights& weights, size_t parts, uint32_t bits);

// Output channels ordered by their range, in equal groups, the widest first; the group of each channel.
std::vector<size_t> group_channels(const ChannelWeights& weights, size_t groups);

}  // namespace mmasim::runtime::transforming
