// The definition of an operator in an opset: which attributes, inputs and outputs a node of it may have. Up
// to opset 17 the library's schema says so; what later opsets changed in the operators of operator_table.h is
// listed here. Checks nodes; imports none.
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>

namespace mmasim::runtime::importing {

constexpr int64_t kFirstOpset = 1;
constexpr int64_t kLastKnownOpset = 21;  // of later ones only what has not changed is known to be right

// Throws std::invalid_argument with a sentence.
void check_form(const onnx::NodeProto& node, int64_t opset);

}  // namespace mmasim::runtime::importing
