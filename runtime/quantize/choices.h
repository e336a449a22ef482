// The choices that make a quantization, each independent of the others (quantization.md 9.1). What is chosen
// for one node: its weights, its output stage, and the tensor it makes. How files name them is quant_keys.h.
#pragma once

#include <cstdint>

#include "isa/element.h"

namespace mmasim::runtime {

struct QuantChoices {
  enum class Scale : uint8_t { real, pow2, acc_shift };
  enum class Granularity : uint8_t { tensor, channel };
  enum class Requant : uint8_t { shift, mul_shift };
  enum class Relu6 : uint8_t { exact, relu8, clip };
  enum class Range : uint8_t { full, narrow };

  uint32_t weight_bits = 8, act_bits = 8;
  Granularity weight_granularity = Granularity::tensor;
  Scale weight_scale = Scale::real;
  Range weight_range = Range::full;
  bool act_affine = false;  // zero points: unsigned affine activations
  Scale act_scale = Scale::acc_shift;
  Requant requant = Requant::shift;
  uint32_t multiplier_bits = 0;  // of mul_shift
  isa::Rounding requant_rounding = isa::Rounding::half_up;
  Relu6 relu6 = Relu6::exact;
  double gemm_margin = 1.25, global_average_margin = 1.25;
  isa::Overflow overflow = isa::Overflow::wrap;
};

// Integers are stored in 8, 16 or 32 bits, whatever they use of them.
constexpr uint32_t container_bits(uint32_t bits) { return bits <= 8 ? 8 : bits <= 16 ? 16 : 32; }

}  // namespace mmasim::runtime
