// What a network declares of an input's shape, and what a user may say of it.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_map>

#include "runtime/graph/graph.h"

namespace mmasim::runtime::importing {

// Named or left out, as the standard has it; exporters also write -1.
bool is_open(const onnx::TensorShapeProto::Dimension& dimension);

// What a user said of an input's shape must be what the network leaves open, or says itself; the batch may
// differ from 1. `what` names the input. Throws std::invalid_argument with a sentence.
void check_given_shape(const onnx::TensorShapeProto& declared, const Shape& given, const std::string& what);

// Of every result of a node whose whole shape, and that it is real, the file says.
std::unordered_map<std::string, Shape> declared_results(const onnx::GraphProto& graph);

// The option that would say what the network leaves open, 1 for the batch and 224 for what is not known.
std::string shape_option(const onnx::ValueInfoProto& value);

}  // namespace mmasim::runtime::importing
