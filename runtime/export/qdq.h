// A quantized network as ONNX with QuantizeLinear and DequantizeLinear around float operators (QDQ), which
// other runtimes execute. It holds the plan's weights, scales and zero points; what others round differently
// comes out differently.
#pragma once

#include <iosfwd>

#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"

namespace mmasim::runtime {

// Tensors of 8 or 16 bits (the latter from opset 21 on). Throws UserError for plans that QDQ cannot say.
// Whether it could be written is the stream's to say.
void write_qdq(const Graph& graph, const QuantPlan& plan, std::ostream& out);

}  // namespace mmasim::runtime
