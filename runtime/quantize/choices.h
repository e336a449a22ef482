// The choices that make a quantization, each independent of the others (quantization.md 9.1). What is chosen
// for one node: its weights, its output stage, and the tensor it makes. How files name them is quant_keys.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/element.h"
#include "runtime/choice.h"

namespace mmasim::runtime {

struct QuantChoices {
  enum class Scale : uint8_t { real, pow2, acc_shift };
  enum class Granularity : uint8_t { tensor, channel, channel_dw };
  enum class Requant : uint8_t { shift, mul_shift, q10_22 };
  enum class Relu6 : uint8_t { exact, relu8, clip, relu, relu4 };
  enum class Range : uint8_t { full, narrow };
  enum class AveragePool : uint8_t { reciprocal, tidl_q, dwconv };
  enum class Sign : uint8_t { automatic, always };
  enum class Merge : uint8_t { align, merged };
  enum class Leaky : uint8_t { fraction, maximum };
  enum class BiasScale : uint8_t { product, output };

  // Integers throughout; integers from a range that is measured whenever the node runs; binary32 with weights
  // that memory holds in fewer bits; binary32.
  enum class Mode : uint8_t { fixed, dynamic, weight_only, real };
  enum class Compress : uint8_t { none, int8, fp16, kmeans };  // of weight_only

  Mode mode = Mode::fixed;
  Compress compress = Compress::none;
  uint32_t compress_bits = 4;  // of an index, of kmeans
  uint32_t weight_bits = 8, act_bits = 8;
  Granularity weight_granularity = Granularity::tensor;
  Scale weight_scale = Scale::real;
  Range weight_range = Range::full;
  bool weight_affine = false;  // a zero point of the weights, too
  isa::Rounding weight_rounding = isa::Rounding::half_away;
  bool act_affine = false;  // zero points: unsigned affine activations
  Scale act_scale = Scale::acc_shift;
  Sign act_sign = Sign::automatic;
  Range act_range = Range::full;
  Requant requant = Requant::shift;
  uint32_t multiplier_bits = 0;  // of mul_shift
  isa::Rounding requant_rounding = isa::Rounding::half_up;
  Relu6 relu6 = Relu6::exact;
  uint32_t inter_bits = 0;  // of sums before the bias is added; 0: the accumulator's
  BiasScale bias_scale = BiasScale::product;
  AveragePool average_pool = AveragePool::reciprocal;
  bool average_pool_exact_pow2 = false;  // of dwconv
  Merge merge = Merge::align;            // of the operands of Add, Sub and Concat
  Leaky leaky = Leaky::fraction;
  double gemm_margin = 1.25, global_average_margin = 1.25;
  isa::Overflow overflow = isa::Overflow::wrap;
  uint32_t accumulator_bits = 0;                                         // 0: four times the operands'
  Choice weight_calibrator{"minmax", {}}, act_calibrator{"minmax", {}};  // rows of calibrators()
  // Of the whole network:
  std::vector<Choice> corrections;        // in order: transforms and bias corrections
  double mixed_factor = 1.0;              // cycles that 16-bit layers may make of those of 8 bits; 1: none
  std::string mixed_candidates = "auto";  // a match, or every layer that may change its width
  std::vector<std::string> wide_layers;   // nodes whose weights and result have 16 bits
};

// A step of its own for every output channel of a layer.
constexpr bool has_channel_steps(const QuantChoices& choices, bool is_depthwise) {
  return choices.weight_granularity == QuantChoices::Granularity::channel ||
         (choices.weight_granularity == QuantChoices::Granularity::channel_dw && is_depthwise);
}

// Integers are stored in 8, 16 or 32 bits, whatever they use of them.
constexpr uint32_t container_bits(uint32_t bits) { return bits <= 8 ? 8 : bits <= 16 ? 16 : 32; }

}  // namespace mmasim::runtime
