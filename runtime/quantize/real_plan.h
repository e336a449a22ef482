// Plans of the nodes that compute in binary32 on the DSP (quantization.md 2, Reals), that quantize at run
// time (4.16), or that stand where the two domains meet. Parts of plan.h.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "runtime/quantize/integer_array.h"

namespace mmasim::runtime {

// Bounds of an activation, in binary32.
struct RealBounds {
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();
};

// Weights as memory holds them (4.15), in the order of the graph's.
struct StoredWeights {
  enum class Form : uint8_t { f32, f16, s8, indices } form = Form::f32;
  uint32_t index_bits = 0;       // of indices
  IntegerArray integers;         // of s8
  std::vector<float> steps;      // of s8: one, or one per output channel
  std::vector<uint8_t> indices;  // one per weight
  std::vector<float> codebook;   // 2^index_bits entries
};

struct RealPlan : RealBounds {
  std::vector<float> weights;  // what the sums take; empty for operators without, and without values
  std::vector<float> bias;     // one per output channel
  StoredWeights stored;
};

struct QuantizePlan {  // q = SAT(RHE(x / step) + zero_point), to the grid of the output
  float step = 1;
};
struct DequantizePlan {  // (q - zero_point) * step, from the grid of the input
  float step = 1;
};

}  // namespace mmasim::runtime
