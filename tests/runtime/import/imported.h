// Saves a built network, imports it and runs it: what the tests of the importer share.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "runtime/float_network/run_float.h"
#include "runtime/import/import.h"
#include "runtime/transform/legalize.h"
#include "tests/kit/onnx_builder.h"
#include "tests/runtime/io/temporary_folder.h"

namespace mmasim::runtime::test {

// The graph of a network that must be importable.
inline Graph imported(const tests::OnnxBuilder& network, const ImportOptions& options = {}) {
  const TemporaryFolder folder("import");
  network.save(folder.file("net.onnx"));
  Graph graph = import_network(folder.file("net.onnx"), options).graph;
  verify(graph);
  return graph;
}

inline Graph legalized(const tests::OnnxBuilder& network, const ImportOptions& options = {}) {
  Graph graph = legalize(imported(network, options));
  verify(graph);
  return graph;
}

// The importer's message, the file called net.onnx whatever its folder.
inline std::string fault_of_bytes(const std::string& bytes, const ImportOptions& options = {}) {
  const TemporaryFolder folder("import");
  folder.write("net.onnx", bytes);
  std::string message = user_error([&] { import_network(folder.file("net.onnx"), options); });
  const size_t place = message.find(folder.path() + "/");
  return place == 0 ? message.substr(folder.path().size() + 1) : message;
}

inline std::string fault(const tests::OnnxBuilder& network, const ImportOptions& options = {}) {
  return fault_of_bytes(network.bytes(), options);
}

inline const Node& only_node(const Graph& graph) {
  REQUIRE(graph.nodes.size() == 1);
  return graph.nodes[0];
}

// "Conv+relu Reshape": operators in order, with their activations.
inline std::string outline(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) {
    text += (text.empty() ? "" : " ") + std::string(operator_name(node.op));
    if (node.activation.kind == Activation::Kind::relu) text += "+relu";
    if (node.activation.kind == Activation::Kind::clip) text += "+clip";
  }
  return text;
}

// Inputs for a graph: the same values for the same tensor name.
inline std::vector<FloatTensor> sample_inputs(const Graph& graph) {
  std::vector<FloatTensor> inputs;
  for (TensorId id : graph.inputs) {
    const Tensor& tensor = graph.tensors[id];
    inputs.push_back({tensor.shape, tests::sample_values(tensor.name, element_count(tensor.shape))});
  }
  return inputs;
}

// Values of the graph's outputs.
inline std::vector<FloatTensor> run(const Graph& graph, const std::vector<FloatTensor>& inputs) {
  std::vector<FloatTensor> values = run_float(graph, inputs);
  std::vector<FloatTensor> outputs;
  for (TensorId id : graph.outputs) outputs.push_back(values[id]);
  return outputs;
}

// The largest difference of two graphs' outputs, relative to the largest value; both must have the same
// shapes.
inline double difference(const Graph& a, const Graph& b) {
  const std::vector<FloatTensor> left = run(a, sample_inputs(a)), right = run(b, sample_inputs(b));
  REQUIRE(left.size() == right.size());
  double largest = 0, most = 1e-30;
  for (size_t i = 0; i < left.size(); ++i) {
    REQUIRE(left[i].shape == right[i].shape);
    REQUIRE(left[i].values.size() == right[i].values.size());
    for (size_t k = 0; k < left[i].values.size(); ++k) {
      largest = std::max(largest, std::abs(double{left[i].values[k]} - double{right[i].values[k]}));
      most = std::max(most, std::abs(double{left[i].values[k]}));
    }
  }
  return largest / most;
}

}  // namespace mmasim::runtime::test
