// The numbers of a network that calibration, corrections or training may change, under one handle: weights,
// their scale per output channel, biases, slopes and normalization constants. Knows names, sizes and values;
// says nothing of what a change is good for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/graph/graph.h"

namespace mmasim::runtime {

struct Parameter {
  enum class Kind : uint8_t { weights, weight_scale, bias, norm_scale, norm_shift, slopes };
  NodeId node = 0;
  Kind kind = Kind::weights;

  friend bool operator==(const Parameter& a, const Parameter& b) {
    return a.node == b.node && a.kind == b.kind;
  }
};

const char* kind_name(Parameter::Kind kind);                   // "weights", "bias", ...
std::string name_of(const Graph& graph, Parameter parameter);  // "conv1.bias"

// Every parameter that has values, node by node.
std::vector<Parameter> parameters_of(const Graph& graph);

// A parameter that has no values is a defect of the caller: std::logic_error.
std::vector<double> values_of(const Graph& graph, Parameter parameter);
// As many values as there were; weights are rounded to binary32. Other graphs that share the weights keep
// theirs.
void set_values(Graph& graph, Parameter parameter, const std::vector<double>& values);

// A bias of the node, of zeros where it has none yet. False for nodes that take none.
bool give_bias(Node& node);
int64_t output_channels(const Node& node);  // of Conv, ConvTranspose, Gemm and BatchNorm, else 0

}  // namespace mmasim::runtime
