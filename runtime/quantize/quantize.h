// Graph -> QuantPlan: run the float network on calibration samples, then choose every integer.
#pragma once

#include <string>
#include <vector>

#include "runtime/graph/graph.h"
#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

struct Range {
  double low = 0, high = 0;
};
using Ranges = std::vector<Range>;  // one a tensor of the graph, after its node's activation

enum class Keep : uint8_t { all_tensors, outputs };

// The float network on one batch of inputs (one FloatTensor a graph input). The result is indexed by
// TensorId: values of every tensor, or of the outputs only (the others then stay empty and memory is bounded
// by what is alive). Deterministic to the bit on every host and for any thread count: fixed order of
// additions, no fused multiply-add, whatever SIMD level runs. float32 arithmetic.
std::vector<FloatTensor> run_float(const Graph& graph, const std::vector<FloatTensor>& inputs,
                                   unsigned threads = 1, Keep keep = Keep::all_tensors);

// Min/max of every tensor over all samples. samples: per graph input, first axis the sample; the graph's own
// batch divides it or the last part is padded by repetition. Arrays of just the graph's shapes are one run of
// it. Throws UserError on NaN or infinity, naming sample and tensor.
Ranges calibrate(const Graph& graph, const std::vector<FloatTensor>& samples, unsigned threads = 1);
Ranges calibrate(const Graph& graph, const std::vector<const FloatTensor*>& samples, unsigned threads);

QuantPlan make_plan(const Graph& graph, const QuantSpec& spec, const std::string& precision,
                    const Ranges& ranges);
// The same, and takes each layer's float weights out of the graph once it is planned, so that memory does not
// hold all of them beside their integers.
QuantPlan make_plan_consuming_weights(Graph& graph, const QuantSpec& spec, const std::string& precision,
                                      const Ranges& ranges);
QuantPlan make_plan_structure(const Graph& graph, const QuantSpec& spec,
                              const std::string& precision);  // no values

// Quantizes network inputs as section 5.12 says (affine: binary32 quotient, half to even), dequantizes
// outputs.
std::vector<uint8_t> quantize_input(const TensorPlan& plan, const FloatTensor& values);
FloatTensor dequantize_output(const TensorPlan& plan, const Shape& shape,
                              const std::vector<uint8_t>& integers);

std::string to_yaml(const Graph& graph, const QuantPlan& plan);  // quantization.yaml

}  // namespace mmasim::runtime
