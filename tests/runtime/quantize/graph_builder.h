// Small graphs made node by node, with the calibrated range of each tensor beside it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/quantize/quantize.h"
#include "runtime/user_error.h"

namespace mmasim::runtime::test {

inline Weights weights_of(std::string name, Shape shape, std::vector<float> values) {
  return {std::move(name), std::move(shape), std::make_shared<const std::vector<float>>(std::move(values))};
}

inline Activation relu() {
  Activation activation;
  activation.kind = Activation::Kind::relu;
  return activation;
}

inline Activation clip(double low, double high) {
  Activation activation;
  activation.kind = Activation::Kind::clip;
  activation.low = low;
  activation.high = high;
  return activation;
}

struct GraphBuilder {
  Graph graph;
  Ranges ranges;

  TensorId tensor(const std::string& name, Shape shape, Range range) {
    graph.tensors.push_back({name, std::move(shape)});
    ranges.push_back(range);
    return static_cast<TensorId>(graph.tensors.size() - 1);
  }
  TensorId input(Shape shape, Range range) {
    const TensorId id = tensor("input" + std::to_string(graph.inputs.size()), std::move(shape), range);
    graph.inputs.push_back(id);
    return id;
  }
  TensorId node(Operator op, std::vector<TensorId> inputs, Shape shape, Range range,
                Activation activation = {}) {
    Node added;
    added.name = std::string(operator_name(op)) + std::to_string(graph.nodes.size());
    added.covers = {added.name};
    added.op = std::move(op);
    added.activation = activation;
    added.inputs = std::move(inputs);
    added.output = tensor(added.name + "_out", std::move(shape), range);
    graph.nodes.push_back(added);
    graph.outputs = {added.output};
    return added.output;
  }
  QuantPlan plan(const std::string& preset, const std::string& precision = "int8") const {
    return make_plan(graph, make_recipe(graph, resolve_preset(preset, precision)), ranges);
  }
};

// The presets that have this precision: some fix their widths.
inline std::vector<PresetInfo> presets_with(const std::string& precision) {
  std::vector<PresetInfo> list;
  for (const PresetInfo& preset : presets()) {
    try {
      if (resolve_preset(preset.name, precision).mode == QuantSpec::Mode::fixed) list.push_back(preset);
    } catch (const UserError&) {
    }
  }
  return list;
}

// A 1 x 1 convolution of `values` as O filters of I channels.
inline Conv pointwise(int64_t filters, int64_t channels, std::vector<float> values,
                      std::vector<double> bias = {}) {
  Conv conv;
  conv.weights = weights_of("w", {filters, channels, 1, 1}, std::move(values));
  conv.bias = std::move(bias);
  return conv;
}

inline std::vector<int64_t> integers(const IntegerArray& array) {
  std::vector<int64_t> result;
  for (size_t i = 0; i < static_cast<size_t>(element_count(array.shape)); ++i) result.push_back(array.at(i));
  return result;
}

// floor((v * 2 + 2^shift) / 2^(shift + 1)): round half up, written so that it shares nothing with the code
// under test
inline int64_t shift_half_up(int128 v, int shift) {
  if (shift <= 0) return static_cast<int64_t>(v * (int128{1} << -shift));
  const int128 doubled = 2 * v + (int128{1} << shift), divisor = int128{1} << (shift + 1);
  const int128 quotient = doubled / divisor;
  return static_cast<int64_t>(doubled % divisor < 0 ? quotient - 1 : quotient);
}

}  // namespace mmasim::runtime::test
