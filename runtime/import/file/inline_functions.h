// Functions that a network file defines for itself (model-local functions): every node that calls one becomes
// the nodes of its body.
#pragma once

#include <onnx/onnx_pb.h>

namespace mmasim::runtime::importing {

// Throws std::invalid_argument with a sentence: a function that calls itself, a result of more nodes than any
// network has, a body written for another opset.
void inline_functions(onnx::ModelProto& model);

}  // namespace mmasim::runtime::importing
