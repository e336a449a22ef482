// How a linear layer is cut for the array: the candidates, what each needs of L2, and what it is estimated to
// cost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/lower/array/panels.h"

namespace mmasim::runtime {

enum class Dataflow : uint8_t {
  weights_resident,  // all units' weights stay in L2 while tiles of features pass: weights are fetched once
  weights_outer,     // a chunk of units stays while all tiles pass, then the next: features are fetched per
                     // chunk
  weights_streamed,  // weights pass for every tile: features are fetched once
  depth_split,       // a unit's weights pass in pieces of its depth; accumulators wait in the C banks between
  taps_split,        // so do features: a piece is some channels of one tap
};
const char* dataflow_name(Dataflow dataflow);

struct Tiling {
  Dataflow dataflow = Dataflow::weights_resident;
  int64_t frames = 1, rows = 1, columns = 1;  // of an output tile
  int64_t units = 1;                          // of a weight chunk
  int64_t depth = 0;                          // of a piece (depth_split, taps_split)
  double cycles = 0;                          // estimated
};

// How the accumulators of a tile leave the array.
enum class OutputPath : uint8_t {
  stage,       // the array's output stage does all
  stage_clip,  // ... but the clip, which the DSP does in place
  raw,         // the DSP requantizes raw accumulators
};
OutputPath output_path(const LoweringContext& context, const LinearLayer& layer);

// Positions whose raw accumulators of one unit wait for the DSP at a time: no more than an eighth of L2
// holds.
int64_t raw_positions(const isa::Machine& machine, uint32_t operand_bytes);
uint64_t raw_bytes(const isa::Machine& machine, uint32_t operand_bytes, int64_t positions);
// ... and what else the DSP's way from them to the output needs.
uint64_t scratch_bytes(const isa::Machine& machine, const LinearLayer& layer, int64_t positions);

// The cheapest that fits into budget_bytes; nothing if none does.
std::optional<Tiling> choose_tiling(const LoweringContext& context, const LinearLayer& layer,
                                    const std::vector<PanelUnit>& units, uint64_t lane_table_bytes,
                                    OutputPath path, uint64_t budget_bytes);

// Estimated cycles of the array for a box of output positions, and of the DSP for a depthwise one.
double array_cycles(const LinearLayer& layer, const std::vector<PanelUnit>& units,
                    const isa::Machine& machine, int64_t frames, int64_t rows, int64_t columns);
double depthwise_dsp_cycles(const LoweringContext& context, const LinearLayer& layer);

std::vector<int64_t> tile_sizes(int64_t extent);  // 1, 2, 3, 4, 6, 8, 12, ... extent

}  // namespace mmasim::runtime
