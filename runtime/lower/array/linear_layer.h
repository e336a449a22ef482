// Conv, ConvTranspose, Gemm and BatchNorm seen as one thing: a convolution with groups over a (possibly
// spread) input.
#pragma once

#include "runtime/lower/tiles/context.h"
#include "runtime/lower/tiles/tile.h"

namespace mmasim::runtime {

struct LinearLayer {
  NodeId node = 0;
  TensorView in, out;  // pointwise layers are flattened: n = 1, h = 1, w = positions
  Spread spread;       // of the input, for ConvTranspose
  int64_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1;
  int64_t pad_top = 0, pad_left = 0;
  int64_t groups = 1, group_in = 1, group_out = 1;  // channels of a group
  bool spans_lines = true;                          // blocks of positions run over the ends of output lines
  bool transposed_weights = false;                  // I,O/g,kh,kw with the filter turned about
  const LinearPlan* plan = nullptr;
  uint32_t operand_bytes = 1;
  uint32_t real_bytes = 0;  // of an input element in memory, where it is quantized on the way to the array
  int64_t input_zero = 0;

  // Weights wider than the input take a pass of the array for each byte, and sums of higher bytes count more.
  int64_t weight_passes() const {
    const uint32_t bits = 8 * operand_bytes;
    return plan != nullptr && plan->weights.bits > bits ? plan->weights.bits / bits : 1;
  }
  // The array sums inputs beside their products, in columns of ones: the weights have a zero point.
  bool sums_inputs() const { return !plan->weight_zero_points.empty(); }
  bool rounds_twice() const { return !plan->intermediate.empty(); }
  bool adds_bias_late() const { return !plan->late_bias.empty(); }
  // What no output stage does: the DSP finishes raw accumulators in steps of its own.
  bool is_finished_by_steps() const { return sums_inputs() || rounds_twice() || adds_bias_late(); }
  bool is_depthwise() const { return group_in == 1 && group_out == 1 && groups > 1; }
  int64_t taps() const { return kernel_y * kernel_x; }
  int64_t input_rows(int64_t out_rows) const {
    return (out_rows - 1) * stride_y + (kernel_y - 1) * dilation_y + 1;
  }
  int64_t input_columns(int64_t out_columns) const {
    return (out_columns - 1) * stride_x + (kernel_x - 1) * dilation_x + 1;
  }
  // The (padded, spread) input that output region `out` needs.
  Region input_region(const Region& region) const;

  // Position in a unit's depth of channel i (of depth_channels) and a tap: channels innermost, or outermost
  // over planes, as the elements of a vector lie.
  int64_t depth_index(int64_t depth_channels, int64_t i, int64_t tap) const {
    return in.planes ? i * taps() + tap : tap * depth_channels + i;
  }

  // Where the taps of output channel o (of all) and input channel i (of its group) begin among the weights;
  // they follow one another, from the last to the first where the filter is turned about.
  size_t filter_begin(int64_t o, int64_t i) const {
    if (!transposed_weights) return static_cast<size_t>((o * group_in + i) * taps());
    return static_cast<size_t>(((o / group_out * group_in + i) * group_out + o % group_out) * taps());
  }
};

LinearLayer describe_linear(const LoweringContext& context, NodeId node);
LinearLayer describe_geometry(const LoweringContext& context,
                              NodeId node);  // without the plan of an integer node

// The element of the operands as instructions name them.
isa::Element input_element(const LinearLayer& layer);
isa::Element weight_element(const LinearLayer& layer);

}  // namespace mmasim::runtime
