// Cuts the output of a DSP operator into regions whose tiles fit into L2.
#pragma once

#include <functional>
#include <vector>

#include "runtime/lower/schedule/field.h"
#include "runtime/lower/tiles/tile.h"

namespace mmasim::runtime {

// need(region) says how many bytes of tiles one output region takes (inputs and outputs together). The
// regions cover dims once, frame by frame; whole lines and all channels where they fit twice, so that
// transfers run beside compute, or fewer channels where that moves far fewer bytes. Throws OutOfScratchpad if
// not even one position of one channel fits.
std::vector<Region> cut_regions(const Dims& dims, const std::function<uint64_t(const Region&)>& need,
                                uint64_t budget_bytes);

// Fills the fields every tile instruction has.
template <class Instruction>
void set_tile(Instruction& instruction, int64_t rows, int64_t columns, int64_t channels) {
  instruction.count_y = field(rows, "count_y");
  instruction.count_x = field(columns, "count_x");
  instruction.channels = field(channels, "channels");
}
template <class Instruction>
void set_source(Instruction& instruction, isa::Address address, const Tile& tile) {
  instruction.src = address;
  instruction.src_y_stride = field(tile.pitch_y, "src_y_stride");
  instruction.src_x_stride = field(tile.pitch_x, "src_x_stride");
}
template <class Instruction>
void set_destination(Instruction& instruction, isa::Address address, const Tile& tile) {
  instruction.dst = address;
  instruction.dst_y_stride = field(tile.pitch_y, "dst_y_stride");
  instruction.dst_x_stride = field(tile.pitch_x, "dst_x_stride");
}
// The last arithmetic of an instruction; without values the bounds are the element's own range.
template <class Instruction>
void set_finish(Instruction& instruction, const Requantization& requant, bool has_values) {
  instruction.rounding = requant.rounding;
  if (!has_values) return;
  instruction.shift = exactly<int8_t>(requant.shifts.at(0), "shift");
  instruction.dst_zero = requant.zero_point;
  instruction.clip_min = requant.clip_min, instruction.clip_max = requant.clip_max;
}

}  // namespace mmasim::runtime
