// Between a user's floats and the integers of a network's inputs and outputs: what the host does.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/quantize/plan.h"
#include "runtime/tensor_data.h"

namespace mmasim::runtime {

// Quantizes network inputs as section 5.12 says (affine: binary32 quotient, half to even), dequantizes
// outputs.
std::vector<uint8_t> quantize_input(const TensorPlan& plan, const FloatTensor& values);
FloatTensor dequantize_output(const TensorPlan& plan, const Shape& shape,
                              const std::vector<uint8_t>& integers);

}  // namespace mmasim::runtime
