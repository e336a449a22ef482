// The quantization plan: every integer that lowering and the reference need, and nothing they could disagree
// about. Made by make_plan(); read by runtime/reference and runtime/lower; written to quantization.yaml. Its
// structure (which fields are set, which are per channel) never depends on values; without values (timing
// only) the numbers are missing and has_values is false.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "isa/element.h"
#include "isa/input_rounding.h"
#include "runtime/graph/graph.h"
#include "runtime/quantize/integer_array.h"
#include "runtime/quantize/real_plan.h"
#include "runtime/quantize/recipe.h"

namespace mmasim::runtime {

__extension__ typedef __int128 int128;

struct TensorPlan {
  uint32_t bits = 8;        // as stored: 8, 16, 32; 64 for the index an ArgMax gives
  uint32_t level_bits = 0;  // as used, if fewer; 0: all
  bool is_signed = true;
  bool is_real = false;   // binary32: 32 bits, no grid
  double inv_step = 1.0;  // float = (q - zero_point) / inv_step
  int64_t zero_point = 0;
  double low = 0, high = 0;  // calibrated range
  std::string source;        // "calibrated", "same as X", "fixed by Clip", ...
  isa::InputRounding input_rounding = isa::InputRounding::half_up_product;

  // A grid from the lowest to the highest value of the range, zero included.
  bool is_affine() const { return input_rounding == isa::InputRounding::half_even_quotient; }
  uint32_t used_bits() const { return level_bits == 0 ? bits : level_bits; }
  int64_t min() const { return is_signed ? -(int64_t{1} << (used_bits() - 1)) : 0; }
  int64_t max() const { return (int64_t{1} << (used_bits() - (is_signed ? 1 : 0))) - 1; }
  int64_t container_min() const { return is_signed ? -(int64_t{1} << (bits - 1)) : 0; }
  isa::Element element() const {
    if (is_real) return isa::Element::f32;
    return bits == 64 ? isa::Element::s64 : isa::operand_element(bits, is_signed);
  }
};

// y = SAT(SRS(v * multiplier, shift, rounding) + zero_point, clip_min, clip_max)
struct Requantization {
  bool has_multiplier = false;
  uint32_t multiplier_bits = 0;       // an output stage must have as many; 0 without has_multiplier
  bool per_channel = false;           // multipliers and shifts are one per channel, else one in all
  std::vector<uint32_t> multipliers;  // empty without has_multiplier
  std::vector<int> shifts;            // may be negative: a left shift
  isa::Rounding rounding = isa::Rounding::half_up;
  int64_t zero_point = 0, clip_min = 0, clip_max = 0;
  // The clip bounds are the output type's own range (saturation), or that with a lower bound of the zero
  // point of a ReLU on a signed or affine output; anything else needs a programmable clip. Structure, not
  // value.
  bool needs_clip = false;
  bool has_zero_point = false;  // the output stage must add one, if only 0; structure
};

// The accumulator of one node: its width, and what becomes of a sum that leaves it.
struct AccumulatorPlan {
  uint32_t bits = 32;
  isa::Overflow overflow = isa::Overflow::wrap;
};

// A rounding between the sum and its bias: v = SAT(SRS(acc, shift, the output stage's rounding)) in `bits`;
// the output stage then takes v + bias.
struct IntermediatePlan {
  uint32_t bits = 16;
  int shift = 0;
  std::vector<int64_t> bias;  // one per output channel
};

// Conv, ConvTranspose, Gemm, BatchNorm: acc = sum of q_x * q_w + bias, in the accumulator's width. The
// input's zero point is folded into bias (bias' = bias - z_x * sum of q_w); padding uses z_x.
struct LinearPlan {
  IntegerArray weights;                 // in the layout of the graph's weights; BatchNorm: one per channel
  std::vector<double> weight_inv_step;  // one, or one per output channel
  std::vector<int128> bias;             // one per output channel; zeros where `intermediate` has it
  // Of the weights: sum of q_x * (q_w - z_w). One, or empty where weights are symmetric; the term z_w * sum
  // of q_x is subtracted from the accumulator before the output stage.
  std::vector<int64_t> weight_zero_points;
  std::vector<IntermediatePlan> intermediate;  // one, or empty
  std::vector<int64_t>
      late_bias;  // one per output channel, or empty: added behind the multiplier, before the shift
  AccumulatorPlan accumulator;
  Requantization requant;
};
// Add, Sub, Clip: SRS(sum of multiplier_i * (q_i - z_i)); Concat: each input on its own (then requants has
// one per input)
struct SumPlan {
  std::vector<int64_t> multipliers;      // one per input, signed
  std::vector<Requantization> requants;  // one; for Concat one per input. has_multiplier is false
};
struct ProductPlan {  // SRS((q_a - z_a) * (q_b - z_b) * multiplier)
  int64_t multiplier = 1;
  Requantization requant;
};
struct PoolPlan {  // AveragePool, GlobalAveragePool: SRS(reciprocals[N - 1] * sum of (q - z)); global has its
                   // one N only
  std::vector<int64_t> reciprocals;  // for N = 1 .. kernel cells; GlobalAveragePool: one
  Requantization requant;
};
struct LookupPlan {  // as isa dsp.lookup
  uint32_t fraction_bits = 0;
  std::vector<int64_t> table;  // 2^8 entries, or 1025 knots
};
// or LookupPlan: a Prelu of 8 bits whose rule is maximum
struct PreluPlan {  // v = q - z_x; SRS(v >= 0 ? v * positive : v * slope[c])
  int64_t positive = 1;
  std::vector<int64_t> slopes;  // one, or one per channel
  Requantization requant;
};
struct SoftmaxPlan {  // as isa dsp.softmax
  uint32_t fraction_bits = 0;
  std::vector<int64_t> table;
  uint32_t bits = 8;
};
struct ResizePlan {  // bilinear: SRS(weighted sum * multiplier, shift)
  int64_t multiplier = 1;
  int shift = 0;
};
// MaxPool, Pad, Reshape, Transpose, Slice, nearest Resize, ArgMax keep the integers they get: std::monostate
// The input is quantized over its own range whenever the node runs; sums of integers become reals again
// (4.16).
struct DynamicPlan : RealBounds {
  LinearPlan product;        // without a bias; nothing of it is requantized
  std::vector<float> steps;  // of the weights: one, or one per output channel
  std::vector<float> bias;   // one per output channel
};
using NodePlan =
    std::variant<std::monostate, LinearPlan, SumPlan, ProductPlan, PoolPlan, LookupPlan, PreluPlan,
                 SoftmaxPlan, ResizePlan, RealPlan, DynamicPlan, QuantizePlan, DequantizePlan>;

struct QuantPlan {
  std::string name;                // of the preset or file
  std::string precision = "int8";  // or int16, int32, mixed: of operands
  bool has_values = false;
  std::vector<TensorPlan> tensors;    // one per tensor of the graph
  std::vector<NodePlan> nodes;        // one per node of the graph
  std::vector<ChoiceOrigin> origins;  // who chose what; for people
  std::vector<std::string> warnings;  // e.g. a weight step lowered so that its bias fits
};

// The overflow policy of the plan's first accumulator: what reports call the network's. `wrap` without one.
isa::Overflow accumulator_policy(const QuantPlan& plan);

}  // namespace mmasim::runtime
