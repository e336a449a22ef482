// What the user asks of quantization: a preset and a precision, resolved to orthogonal choices
// (quantization.md 9.1).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isa/element.h"

namespace mmasim::runtime {

struct QuantSpec {
  enum class Scale : uint8_t { real, pow2, acc_shift };
  enum class Granularity : uint8_t { tensor, channel };
  enum class Requant : uint8_t { shift, mul_shift };
  enum class Relu6 : uint8_t { exact, relu8, clip };
  enum class Range : uint8_t { full, narrow };

  std::string preset = "tidl-np2-fixed";
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

struct PresetInfo {
  std::string name;
  std::string sentence;
};
const std::vector<PresetInfo>& presets();

// Throws UserError naming the nearest preset, or the precision a preset refuses. precision: "int8", "int16",
// "int32".
QuantSpec resolve_preset(const std::string& preset, const std::string& precision);

}  // namespace mmasim::runtime
