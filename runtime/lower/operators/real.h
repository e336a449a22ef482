// Operators in binary32, on the DSP alone (quantization.md 2, Reals): what lower() calls for nodes whose plan
// is a RealPlan or a conversion between the domains.
#pragma once

#include "runtime/lower/tiles/context.h"

namespace mmasim::runtime {

bool is_lowered_in_reals(const NodePlan& plan);
void lower_real(LoweringContext& context, NodeId node);

// Conv, Gemm and BatchNorm: real_linear.cpp.
void lower_real_linear(LoweringContext& context, NodeId node, const RealPlan& plan);

// Add, Sub and Mul: elementwise.cpp, which pairs operands.
void lower_real_pair(LoweringContext& context, NodeId node, const RealPlan& plan);

}  // namespace mmasim::runtime
