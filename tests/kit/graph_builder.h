// Small networks in a few words, with weights from a seed.
#pragma once

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::tests {

class GraphBuilder {
 public:
  explicit GraphBuilder(uint32_t seed = 1) : random_(seed) { graph_.name = "test"; }

  runtime::TensorId input(runtime::Shape shape) {
    graph_.inputs.push_back(add_tensor("input" + std::to_string(graph_.inputs.size()), std::move(shape)));
    return graph_.inputs.back();
  }

  // The shape of a Reshape must be given; others follow from the operator.
  runtime::TensorId add(runtime::Operator op, std::vector<runtime::TensorId> inputs,
                        runtime::Activation activation = {}, runtime::Shape shape = {}) {
    std::vector<runtime::Shape> shapes;
    for (const auto tensor : inputs) shapes.push_back(graph_.tensors[tensor].shape);
    const auto name = "node" + std::to_string(graph_.nodes.size());
    runtime::Node node;
    node.name = name, node.covers = {name};
    shape = runtime::infer_shape(op, shapes, shape);
    node.op = std::move(op), node.activation = activation, node.inputs = std::move(inputs);
    node.output = add_tensor(name + ":0", std::move(shape));
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().output;
  }

  runtime::TensorId conv(runtime::TensorId x, int64_t out_channels, runtime::Window window,
                         int64_t groups = 1, runtime::Activation activation = {}) {
    runtime::Conv conv;
    conv.window = window, conv.groups = groups;
    conv.weights =
        weights({out_channels, graph_.tensors[x].shape[1] / groups, window.kernel[0], window.kernel[1]});
    conv.bias = values(out_channels);
    return add(conv, {x}, activation);
  }
  runtime::TensorId conv_transpose(runtime::TensorId x, int64_t out_channels, runtime::Window window,
                                   std::array<int64_t, 2> output_padding, int64_t groups = 1) {
    runtime::ConvTranspose conv;
    conv.window = window, conv.groups = groups, conv.output_padding = output_padding;
    conv.weights =
        weights({graph_.tensors[x].shape[1], out_channels / groups, window.kernel[0], window.kernel[1]});
    conv.bias = values(out_channels);
    return add(conv, {x});
  }
  runtime::TensorId gemm(runtime::TensorId x, int64_t out_features, runtime::Activation activation = {}) {
    runtime::Gemm gemm;
    gemm.weights = weights({out_features, graph_.tensors[x].shape.back()});
    gemm.bias = values(out_features);
    return add(gemm, {x}, activation);
  }
  runtime::TensorId batch_norm(runtime::TensorId x) {
    const auto& shape = graph_.tensors[x].shape;
    const auto channels = shape.size() == 2 ? shape.back() : shape[1];
    return add(runtime::BatchNorm{values(channels), values(channels), channels}, {x});
  }

  std::vector<double> values(int64_t count) {
    std::normal_distribution<double> normal;
    std::vector<double> out(static_cast<size_t>(count));
    for (auto& value : out) value = normal(random_);
    return out;
  }

  runtime::Graph finish(std::vector<runtime::TensorId> outputs) {
    graph_.outputs = std::move(outputs);
    runtime::verify(graph_);
    return graph_;
  }

 private:
  runtime::TensorId add_tensor(std::string name, runtime::Shape shape) {
    graph_.tensors.push_back({std::move(name), std::move(shape)});
    return static_cast<runtime::TensorId>(graph_.tensors.size() - 1);
  }
  runtime::Weights weights(runtime::Shape shape) {
    auto data = std::make_shared<std::vector<float>>();
    for (const auto value : values(runtime::element_count(shape))) data->push_back(static_cast<float>(value));
    return {"w" + std::to_string(graph_.nodes.size()), std::move(shape), data};
  }

  runtime::Graph graph_;
  std::mt19937 random_;
};

// kernel, stride, pad on all sides
inline runtime::Window window(int64_t kernel, int64_t stride = 1, int64_t pad = 0) {
  runtime::Window w;
  w.kernel = {kernel, kernel}, w.stride = {stride, stride}, w.pad = {pad, pad, pad, pad};
  return w;
}
inline runtime::Activation relu() { return {runtime::Activation::Kind::relu, 0, 0}; }
inline runtime::Activation clip(double low, double high) {
  return {runtime::Activation::Kind::clip, low, high};
}

}  // namespace mmasim::tests
