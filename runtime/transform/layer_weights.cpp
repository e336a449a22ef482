#include "runtime/transform/layer_weights.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "runtime/float_network/parameters.h"

namespace mmasim::runtime::transforming {
namespace {

// The parts that Conv, ConvTranspose and Gemm have in common.
template <class AnyNode, class Use>
void with_layer(AnyNode& node, const Use& use) {
  if (auto* conv = std::get_if<Conv>(&node.op)) return use(*conv);
  if (auto* conv = std::get_if<ConvTranspose>(&node.op)) return use(*conv);
  if (auto* gemm = std::get_if<Gemm>(&node.op)) return use(*gemm);
  throw std::logic_error("node '" + node.name + "' is no layer with weights");
}

int64_t groups_of(const Node& node) {
  if (const auto* conv = std::get_if<Conv>(&node.op)) return conv->groups;
  if (const auto* conv = std::get_if<ConvTranspose>(&node.op)) return conv->groups;
  return 1;
}

}  // namespace

bool has_weights(const Node& node) {
  bool found = false;
  if (std::holds_alternative<Conv>(node.op) || std::holds_alternative<ConvTranspose>(node.op) ||
      std::holds_alternative<Gemm>(node.op)) {
    with_layer(node, [&](const auto& layer) { found = layer.weights.values != nullptr; });
  }
  return found;
}

int64_t input_channels(const Node& node) {
  int64_t channels = 0;
  const bool inputs_first = std::holds_alternative<ConvTranspose>(node.op);
  with_layer(node, [&](const auto& layer) {
    channels = inputs_first ? layer.weights.shape.at(0) : layer.weights.shape.at(1) * groups_of(node);
  });
  return channels;
}

bool is_depthwise(const Node& node) {
  const auto* conv = std::get_if<Conv>(&node.op);
  return conv != nullptr && conv->groups > 1 && conv->groups == conv->weights.shape.at(0) &&
         conv->weights.shape.at(1) == 1;
}

void for_each_taps(const Node& node, const std::function<void(const WeightTaps&)>& visit) {
  const bool inputs_first = std::holds_alternative<ConvTranspose>(node.op);
  const int64_t groups = groups_of(node);
  Shape shape;
  with_layer(node, [&](const auto& layer) { shape = layer.weights.shape; });
  const int64_t rows = shape.at(0), columns = shape.at(1);
  const auto taps = static_cast<size_t>(rows * columns == 0 ? 0 : element_count(shape) / (rows * columns));
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t first = row / std::max<int64_t>(rows / groups, 1) * columns;  // of the row's group
    for (int64_t column = 0; column < columns; ++column) {
      const size_t begin = static_cast<size_t>(row * columns + column) * taps;
      const int64_t other = first + column;
      visit(inputs_first ? WeightTaps{other, row, begin, taps} : WeightTaps{row, other, begin, taps});
    }
  }
}

std::vector<double> effective_weights(const Node& node) {
  std::vector<double> values;
  with_layer(node, [&](const auto& layer) {
    if (!layer.weights.values) throw std::logic_error("node '" + node.name + "' has no weight values");
    values.assign(layer.weights.values->begin(), layer.weights.values->end());
    if (layer.weight_scale.empty()) return;
    for_each_taps(node, [&](const WeightTaps& taps) {
      for (size_t i = taps.begin; i < taps.begin + taps.count; ++i)
        values[i] *= layer.weight_scale[static_cast<size_t>(taps.output)];
    });
  });
  return values;
}

void set_effective_weights(Node& node, const std::vector<double>& values) {
  with_layer(node, [&](auto& layer) {
    auto rounded = std::make_shared<std::vector<float>>();
    rounded->reserve(values.size());
    for (const double value : values) rounded->push_back(static_cast<float>(value));
    layer.weights.values = std::move(rounded);
    layer.weight_scale.clear();
  });
}

const std::vector<double>& bias_of(const Node& node) {
  const std::vector<double>* bias = nullptr;
  with_layer(node, [&](const auto& layer) { bias = &layer.bias; });
  return *bias;
}

void set_bias(Node& node, std::vector<double> bias) {
  with_layer(node, [&](auto& layer) { layer.bias = std::move(bias); });
}

std::vector<double> largest_per_output(const Node& node, const std::vector<double>& weights) {
  std::vector<double> largest(static_cast<size_t>(output_channels(node)), 0.0);
  for_each_taps(node, [&](const WeightTaps& taps) {
    double& most = largest[static_cast<size_t>(taps.output)];
    for (size_t i = taps.begin; i < taps.begin + taps.count; ++i)
      most = std::max(most, std::fabs(weights[i]));
  });
  return largest;
}

std::vector<double> largest_per_input(const Node& node, const std::vector<double>& weights) {
  std::vector<double> largest(static_cast<size_t>(input_channels(node)), 0.0);
  for_each_taps(node, [&](const WeightTaps& taps) {
    double& most = largest[static_cast<size_t>(taps.input)];
    for (size_t i = taps.begin; i < taps.begin + taps.count; ++i)
      most = std::max(most, std::fabs(weights[i]));
  });
  return largest;
}

}  // namespace mmasim::runtime::transforming
