// A small depthwise-separable classifier whose quantization is hard on purpose: random filters brought to
// one mean and variance before each ReLU, and a read-out fitted by ridge regression. Two ways of hardening
// leave its float function as it is: a ReLU lets a factor through that one layer gives and the next takes.
// Quantizes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "tests/quantization/patterns.h"

namespace mmasim::tests::dscnn {

inline constexpr int64_t kChannels = 24, kBlocks = 5;

struct Layer {  // a convolution with ReLU; or the read-out, of kernel 1 and without
  std::string name;
  bool depthwise = false;
  int64_t outputs = 0, inputs_per_output = 0, kernel = 1;
  std::vector<double> weights;  // O, I, kh, kw
  std::vector<double> bias;     // one per output

  int64_t weights_per_output() const { return inputs_per_output * kernel * kernel; }
};

struct Network {
  std::vector<Layer> layers;  // conv3x3, then kBlocks times depthwise 3x3 and pointwise
  Layer read_out;             // of the means over each map
};

// Each output has the mean `mean_activation` and variance 1 before its ReLU, over the training images.
Network fitted_network(uint64_t seed, double mean_activation, double penalty, const LabelledImages& training);

// A(S): of each depthwise layer's input two channels, S times smaller where they are made and S times larger
// where they are filtered: outliers among the depthwise weights, as MobileNets have them.
Network with_outlier_channels(Network network, double factor, uint64_t seed);
// B(k): every depthwise output times 2^u, u even in [-k, k), and the next layer's columns divided by it.
Network with_unbalanced_channels(Network network, double octaves, uint64_t seed);

void save_onnx(const Network& network, const std::string& path);

// Images as network inputs, by the preprocessing that dataset.yaml names.
runtime::Shape image_shape(int64_t count);
inline constexpr float kPixelScale = 1.0f / 255, kInputMean = 0.5f, kInputDeviation = 0.25f;

}  // namespace mmasim::tests::dscnn
