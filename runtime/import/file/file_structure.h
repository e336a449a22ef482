// Which names of a network file mean what, before any operator is looked at: the order of the nodes, which of
// them the outputs need, which graph inputs are inputs and which are weights declared without values.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_map>
#include <vector>

namespace mmasim::runtime::importing {

struct FileStructure {
  std::vector<std::string> node_names;  // one per node of the file, made unique; nodes without a name get one
  std::vector<int> order;               // nodes the outputs need, producers first, else as in the file
  std::unordered_map<std::string, const onnx::TensorProto*> initializers;
  std::vector<const onnx::ValueInfoProto*> inputs;            // that some operator takes as data
  std::vector<const onnx::ValueInfoProto*> declared_weights;  // used as parameters only, without values
  std::unordered_map<std::string, size_t> uses;  // how often needed nodes and the outputs read a name
};

// outputs: what the network is run for. Throws std::invalid_argument with a sentence (which names the node
// where there is one).
FileStructure analyse(const onnx::GraphProto& graph, const std::vector<std::string>& outputs);
std::vector<std::string> output_names(const onnx::GraphProto& graph);

std::string node_text(const std::string& name, const std::string& op);  // node 'conv1' (Conv)

}  // namespace mmasim::runtime::importing
