// The weights of Conv, ConvTranspose and Gemm seen alike: which output and which input channel each belongs
// to. Effective values: in the file's weights times the scale of their output channel, in binary64.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime::transforming {

// Consecutive weights of one output and one input channel.
struct WeightTaps {
  int64_t output = 0, input = 0;
  size_t begin = 0, count = 0;
};

bool has_weights(const Node& node);  // a layer, and its weights have values
int64_t input_channels(const Node& node);
bool is_depthwise(const Node& node);  // Conv of one filter per channel
// In the order of the weights.
void for_each_taps(const Node& node, const std::function<void(const WeightTaps&)>& visit);

std::vector<double> effective_weights(const Node& node);
// Rounds to binary32 and drops the scale, which is in them.
void set_effective_weights(Node& node, const std::vector<double>& values);

const std::vector<double>& bias_of(const Node& node);  // empty: zeros
void set_bias(Node& node, std::vector<double> bias);

// Largest magnitudes per output or per input channel.
std::vector<double> largest_per_output(const Node& node, const std::vector<double>& weights);
std::vector<double> largest_per_input(const Node& node, const std::vector<double>& weights);

}  // namespace mmasim::runtime::transforming
