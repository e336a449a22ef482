#include "tests/quantization/dscnn.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/float_network/run_float.h"
#include "runtime/io/dataset.h"
#include "runtime/io/random_weights.h"
#include "runtime/io/synthetic.h"
#include "tests/quantization/ridge.h"

namespace mmasim::tests::dscnn {
namespace {

size_t at(int64_t index) { return static_cast<size_t>(index); }

Layer random_layer(const std::string& name, bool depthwise, int64_t inputs_per_output, int64_t kernel,
                   uint64_t seed) {
  Layer layer{
      name, depthwise, kChannels, inputs_per_output, kernel, {}, std::vector<double>(at(kChannels), 0.0)};
  const auto values =
      runtime::synthetic_input({kChannels, inputs_per_output, kernel, kernel}, seed, name + " weights");
  layer.weights.assign(values.values.begin(), values.values.end());
  return layer;
}

runtime::Conv conv_of(const Layer& layer) {
  runtime::Conv conv;
  const int64_t pad = layer.kernel / 2;
  conv.window.kernel = {layer.kernel, layer.kernel};
  conv.window.pad = {pad, pad, pad, pad};
  conv.groups = layer.depthwise ? layer.outputs : 1;
  conv.weights = {layer.name + ".weight",
                  {layer.outputs, layer.inputs_per_output, layer.kernel, layer.kernel},
                  std::make_shared<const std::vector<float>>(layer.weights.begin(), layer.weights.end())};
  for (const double bias : layer.bias) conv.bias.push_back(static_cast<float>(bias));
  return conv;
}

runtime::FloatTensor apply(const Layer& layer, const runtime::FloatTensor& x) {
  runtime::Graph graph;
  auto y_shape = x.shape;
  y_shape[1] = layer.outputs;
  graph.tensors = {{"x", x.shape}, {"y", y_shape}};
  runtime::Node node;
  node.name = layer.name, node.covers = {layer.name}, node.op = conv_of(layer);
  node.inputs = {0}, node.output = 1;
  graph.nodes = {node}, graph.inputs = {0}, graph.outputs = {1};
  return runtime::run_float(graph, {x}, 1, runtime::Keep::outputs)[1];
}

// Applies act(channel, value) to every element.
template <class Act>
void for_each_element(runtime::FloatTensor& x, const Act& act) {
  const int64_t area = x.shape[2] * x.shape[3];
  for (int64_t i = 0; i < runtime::element_count(x.shape); ++i) act(i / area % x.shape[1], x.values[at(i)]);
}

// Weights and bias such that each output has the mean asked for and variance 1 over the images; x becomes the
// layer's result.
void standardize(Layer& layer, double mean_activation, runtime::FloatTensor& x) {
  x = apply(layer, x);
  const double count = static_cast<double>(x.values.size()) / static_cast<double>(layer.outputs);
  std::vector<double> mean(at(layer.outputs), 0.0), variance = mean;
  for_each_element(x, [&](int64_t c, float& v) { mean[at(c)] += static_cast<double>(v) / count; });
  for_each_element(x, [&](int64_t c, float& v) {
    const double off = static_cast<double>(v) - mean[at(c)];
    variance[at(c)] += off * off / count;
  });
  for (int64_t c = 0; c < layer.outputs; ++c) {
    const double deviation = std::sqrt(variance[at(c)]);
    for (int64_t i = 0; i < layer.weights_per_output(); ++i)
      layer.weights[at(c * layer.weights_per_output() + i)] /= deviation;
    layer.bias[at(c)] = mean_activation - mean[at(c)] / deviation;
    variance[at(c)] = deviation;
  }
  for_each_element(x, [&](int64_t c, float& v) {
    v = std::max(
        0.0f, static_cast<float>(mean_activation + (static_cast<double>(v) - mean[at(c)]) / variance[at(c)]));
  });
}

Layer fitted_read_out(const runtime::FloatTensor& x, const std::vector<int64_t>& labels, double penalty) {
  const int64_t area = x.shape[2] * x.shape[3], images = x.shape[0];
  std::vector<double> means, targets;
  for (int64_t row = 0; row < images * kChannels; ++row) {
    const auto first = x.values.begin() + row * area;
    means.push_back(std::accumulate(first, first + area, 0.0) / static_cast<double>(area));
  }
  for (int64_t i = 0; i < images; ++i)
    for (int64_t c = 0; c < kClasses; ++c) targets.push_back(labels[at(i)] == c ? 1.0 : -1.0);
  const auto fit = ridge_fit(means, kChannels, targets, kClasses, penalty);
  return {"read_out", false, kClasses, kChannels, 1, fit.weights, fit.bias};
}

runtime::FloatTensor inputs_of(const LabelledImages& images) {
  runtime::Preprocessing preprocessing{kPixelScale, {kInputMean}, {kInputDeviation}};
  const runtime::ImageSet set({"|u1", image_shape(images.size()), images.pixels, "patterns"}, preprocessing);
  return set.samples(0, images.size());
}

void scale_output(Layer& layer, int64_t channel, double factor) {
  for (int64_t i = 0; i < layer.weights_per_output(); ++i)
    layer.weights[at(channel * layer.weights_per_output() + i)] *= factor;
}

}  // namespace

runtime::Shape image_shape(int64_t count) { return {count, kColours, kImageSide, kImageSide}; }

Network fitted_network(uint64_t seed, double mean_activation, double penalty,
                       const LabelledImages& training) {
  Network network;
  auto x = inputs_of(training);
  const auto append = [&](const std::string& name, bool depthwise, int64_t inputs, int64_t kernel) {
    network.layers.push_back(random_layer(name, depthwise, inputs, kernel, seed));
    standardize(network.layers.back(), mean_activation, x);
  };
  append("conv", false, kColours, 3);
  for (int64_t block = 0; block < kBlocks; ++block) {
    append("depthwise" + std::to_string(block), true, 1, 3);
    append("pointwise" + std::to_string(block), false, kChannels, 1);
  }
  network.read_out = fitted_read_out(x, training.labels, penalty);
  return network;
}

Network with_outlier_channels(Network network, double factor, uint64_t seed) {
  for (size_t i = 1; i < network.layers.size(); i += 2) {
    Layer& made = network.layers[i - 1];
    Layer& filtered = network.layers[i];
    const auto draw = runtime::synthetic_input({kChannels}, seed, filtered.name + " outliers").values;
    std::vector<int64_t> order(at(kChannels));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return draw[at(a)] < draw[at(b)]; });
    for (const int64_t channel : {order[0], order[1]}) {
      scale_output(made, channel, 1 / factor);
      made.bias[at(channel)] /= factor;
      scale_output(filtered, channel, factor);
    }
  }
  return network;
}

Network with_unbalanced_channels(Network network, double octaves, uint64_t seed) {
  for (size_t i = 1; i < network.layers.size(); i += 2) {
    Layer& depthwise = network.layers[i];
    Layer& pointwise = network.layers[i + 1];
    for (int64_t channel = 0; channel < kChannels; ++channel) {
      const auto bits = runtime::importing::philox4x32(
          {static_cast<uint32_t>(channel), static_cast<uint32_t>(i), 0, 0}, {static_cast<uint32_t>(seed), 0});
      const double factor = std::exp2(octaves * (bits[0] * 0x1p-31 - 1));
      scale_output(depthwise, channel, factor);
      depthwise.bias[at(channel)] *= factor;
      for (int64_t row = 0; row < pointwise.outputs; ++row)
        pointwise.weights[at(row * kChannels + channel)] /= factor;
    }
  }
  return network;
}

}  // namespace mmasim::tests::dscnn
