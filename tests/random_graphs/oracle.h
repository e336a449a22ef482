// An ONNX network in binary64, node by node, written from the operators' definitions in the ONNX standard.
// Slow and obvious; shares nothing with the importer or the float network, so that a misreading there shows
// here. Knows the operators of the importer's table, and only the forms that random networks take.
#pragma once

#include <onnx/onnx_pb.h>

#include <map>
#include <string>
#include <vector>

namespace mmasim::random_graphs {

struct Real {  // a tensor; integers are whole numbers
  std::vector<int64_t> shape;
  std::vector<double> values;  // row-major
};
using Reals = std::map<std::string, Real>;

// Every tensor of the network. noise: every result is moved by up to so much of its largest magnitude, by a
// fixed pattern: what that changes downstream is what rounding may change.
Reals evaluate(const onnx::ModelProto& model, const Reals& inputs, double noise = 0);

}  // namespace mmasim::random_graphs
