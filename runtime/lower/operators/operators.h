// The operators' lowerings, a file each: what lower() calls for the nodes of a network, in order.
#pragma once

#include <string>

#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

// Each appends the steps of one node.
void lower_linear(LoweringContext& context, NodeId node);       // Conv, ConvTranspose, Gemm, BatchNorm
void lower_dynamic(LoweringContext& context, NodeId node);      // Conv and Gemm quantized at run time
void lower_elementwise(LoweringContext& context, NodeId node);  // Clip, Prelu, Unary, Add, Sub, Mul
void lower_concat(LoweringContext& context, NodeId node);
void lower_pool(LoweringContext& context, NodeId node);      // MaxPool, AveragePool, GlobalAveragePool
void lower_channels(LoweringContext& context, NodeId node);  // Softmax, ArgMax
void lower_movement(LoweringContext& context, NodeId node);  // Pad, Reshape, Transpose, Slice
void lower_resize(LoweringContext& context, NodeId node);

// A copy between a tensor's channels-last form and the network's row-major form, as a layer of its own.
void lower_layout(LoweringContext& context, const std::string& name, const TensorView& from,
                  const TensorView& to, bool to_channels_last);

}  // namespace mmasim::runtime
