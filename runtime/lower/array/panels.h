// Weights as B panels. A unit is what one pass of the array over the rows of a tile yields: up to S output
// channels, with the input channels they need. Groups narrower than a panel share one (block-diagonal).
#pragma once

#include <vector>

#include "runtime/lower/array/linear_layer.h"

namespace mmasim::runtime {

struct PanelUnit {
  int64_t in_channel = 0;  // first input channel
  int64_t depth_channels = 0;
  int64_t out_channel = 0;  // first output channel
  int64_t columns = 0;
  int64_t sums = 0;     // columns of ones behind them, one per group
  int64_t lane = 0;     // of the first column in the lane tables
  uint64_t offset = 0;  // bytes from the start of the layer's panels
  uint64_t bytes = 0;   // depth rows of array_bytes, for every pass of the weights

  int64_t depth(const LinearLayer& layer) const { return layer.taps() * depth_channels; }
};

// most_groups: of a panel; 0 for as many as fit.
std::vector<PanelUnit> panel_units(const LinearLayer& layer, const isa::Machine& machine,
                                   uint32_t most_groups);

// Packs all units one after another into the constants; returns the offset in DDR. Depth order is (ky, kx,
// channel).
uint64_t add_panels(LoweringContext& context, const LinearLayer& layer, const std::vector<PanelUnit>& units);

// Weights as [ky][kx][channel] for dsp.depthwise.
uint64_t add_depthwise_weights(LoweringContext& context, const LinearLayer& layer);

// Bias, multiplier and shift of every output channel.
struct LaneTables {
  uint64_t offset = 0, bytes = 0;                  // in DDR
  uint64_t bias = 0, multipliers = 0, shifts = 0;  // from offset
  uint64_t intermediate = 0;                       // biases of 16 bits behind an intermediate rounding
  uint64_t late_bias = 0;                          // of 32 bits, behind the multiplier
};
LaneTables lane_tables(const LinearLayer& layer, const std::vector<PanelUnit>& units);  // at offset 0
LaneTables add_lane_tables(LoweringContext& context, const LinearLayer& layer,
                           const std::vector<PanelUnit>& units);

// True if no input whatever can overflow an accumulator of this layer.
bool accumulators_hold(const LoweringContext& context, const LinearLayer& layer);

}  // namespace mmasim::runtime
