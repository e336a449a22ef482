#include "isa/executor/footprint.h"

#include <algorithm>

namespace mmasim::isa {
namespace {

// A tile of the instruction's positions, `position_bytes` contiguous bytes each.
template <class Dsp>
ByteInterval tile(const Dsp& i, Address base, uint64_t position_bytes, int64_t y_stride, int64_t x_stride) {
  return interval_of(base, position_bytes, {{i.count_y, y_stride}, {i.count_x, x_stride}});
}

template <class Dsp>
ByteInterval source(const Dsp& i) {
  return tile(i, i.src, uint64_t{i.channels} * element_bytes(i.src_type), i.src_y_stride, i.src_x_stride);
}

template <class Dsp>
ByteInterval result(const Dsp& i, Element element) {
  return tile(i, i.dst, uint64_t{i.channels} * element_bytes(element), i.dst_y_stride, i.dst_x_stride);
}

template <class Dsp>
ByteInterval window(const Dsp& i, Element element, int64_t dilation_y, int64_t dilation_x) {
  return interval_of(i.src, uint64_t{i.channels} * element_bytes(element),
                     {{i.count_y, int64_t{i.stride_y} * i.src_y_stride},
                      {i.count_x, int64_t{i.stride_x} * i.src_x_stride},
                      {i.kernel_y, dilation_y * i.src_y_stride},
                      {i.kernel_x, dilation_x * i.src_x_stride}});
}

// Entries of a table, one per lane.
ByteInterval lanes(Address table, uint64_t first, uint64_t count, uint64_t entry_bytes) {
  return {table.raw + first * entry_bytes, table.raw + (first + count) * entry_bytes};
}

template <class Dsp>
void add_stage(const Dsp& i, const StageSet& stage, Footprint& footprint) {
  constexpr uint64_t kWidestBias = 16;
  if (!stage.bias.is_none())  // for any accumulator: from the first lane on
    footprint.reads.add(lanes(stage.bias, 0, uint64_t{i.lane} + i.channels, kWidestBias));
  if (stage.multiplier_mode == TableMode::per_lane)
    footprint.reads.add(lanes(stage.multipliers, i.lane, i.channels, 4));
  if (stage.shift_mode == TableMode::per_lane)
    footprint.reads.add(lanes(stage.shifts, i.lane, i.channels, 1));
  footprint.writes.add(result(i, stage.out));
}

// A table over all values of an element.
template <class Dsp>
void add_table(const Dsp& i, uint64_t entry_bytes, Footprint& footprint) {
  const uint64_t values = uint64_t{1} << (8 * element_bytes(i.src_type));
  const uint64_t entries = i.fraction_bits == 0 ? values : ((values - 1) >> i.fraction_bits) + 2;
  footprint.reads.add(lanes(i.table, 0, entries, entry_bytes));
}

template <class Dsp>
Footprint of_source_and_result(const Dsp& i) {
  Footprint footprint;
  footprint.reads.add(source(i));
  footprint.writes.add(result(i, i.dst_type));
  return footprint;
}

template <class Dsp>
Footprint of_two_operands(const Dsp& i) {
  Footprint footprint;
  footprint.reads.add(
      tile(i, i.a, uint64_t{i.channels} * element_bytes(i.a_type), i.a_y_stride, i.a_x_stride));
  footprint.reads.add(
      tile(i, i.b, uint64_t{i.b_channels} * element_bytes(i.b_type), i.b_y_stride, i.b_x_stride));
  footprint.writes.add(result(i, i.dst_type));
  return footprint;
}

}  // namespace

Footprint footprint_of(const DmaCopy& c) {
  Footprint footprint;
  footprint.reads.add(
      interval_of(c.src, c.row_bytes, {{c.n1, c.src_stride1}, {c.n2, c.src_stride2}, {c.n3, c.src_stride3}}));
  footprint.writes.add(
      interval_of(c.dst, c.row_bytes, {{c.n1, c.dst_stride1}, {c.n2, c.dst_stride2}, {c.n3, c.dst_stride3}}));
  return footprint;
}

Footprint footprint_of(const DmaFill& f) {
  Footprint footprint;
  footprint.writes.add(interval_of(f.dst, f.row_bytes, {{f.n1, f.dst_stride1}, {f.n2, f.dst_stride2}}));
  return footprint;
}

Footprint footprint_of(const DspRescale& i, const StageSet&) { return of_source_and_result(i); }
Footprint footprint_of(const DspAdd& i, const StageSet&) { return of_two_operands(i); }
Footprint footprint_of(const DspMultiply& i, const StageSet&) { return of_two_operands(i); }

Footprint footprint_of(const DspDepthwise& i, const StageSet& stage) {
  Footprint footprint;
  footprint.reads.add(window(i, i.src_type, i.dilation_y, i.dilation_x));
  footprint.reads.add(interval_of(i.weights, uint64_t{i.channels} * element_bytes(i.src_type),
                                  {{uint64_t{i.kernel_y} * i.kernel_x, i.weight_stride}}));
  add_stage(i, stage, footprint);
  return footprint;
}

Footprint footprint_of(const DspRequantize& i, const StageSet& stage) {
  Footprint footprint;
  footprint.reads.add(source(i));
  add_stage(i, stage, footprint);
  return footprint;
}

Footprint footprint_of(const DspPoolMax& i, const StageSet&) {
  Footprint footprint;
  footprint.reads.add(window(i, i.type, i.dilation_y, i.dilation_x));
  footprint.writes.add(result(i, i.type));
  return footprint;
}

Footprint footprint_of(const DspPoolAverage& i, const StageSet&) {
  Footprint footprint;
  footprint.reads.add(window(i, i.src_type, 1, 1));
  if (!i.reciprocals.is_none())
    footprint.reads.add(lanes(i.reciprocals, 0, uint64_t{i.kernel_y} * i.kernel_x, 8));
  footprint.writes.add(result(i, i.dst_type));
  return footprint;
}

Footprint footprint_of(const DspLookup& i, const StageSet&) {
  Footprint footprint = of_source_and_result(i);
  add_table(i, i.fraction_bits == 0 ? element_bytes(i.dst_type) : 8, footprint);
  return footprint;
}

Footprint footprint_of(const DspPrelu& i, const StageSet&) {
  Footprint footprint = of_source_and_result(i);
  if (!i.slopes.is_none()) footprint.reads.add(lanes(i.slopes, i.lane, i.channels, 8));
  return footprint;
}

Footprint footprint_of(const DspSoftmax& i, const StageSet&) {
  Footprint footprint = of_source_and_result(i);
  add_table(i, 8, footprint);
  return footprint;
}

Footprint footprint_of(const DspArgmax& i, const StageSet&) {
  Footprint footprint;
  footprint.reads.add(source(i));
  footprint.writes.add(tile(i, i.dst, 8, i.dst_y_stride, i.dst_x_stride));
  return footprint;
}

// Reads all cells of the source from its first cell to the end of the whole map.
Footprint footprint_of(const DspResize& i, const StageSet&) {
  Footprint footprint;
  footprint.reads.add(interval_of(i.src, uint64_t{i.channels} * element_bytes(i.type),
                                  {{std::max(i.in_height, i.src_y) - i.src_y, i.src_y_stride},
                                   {std::max(i.in_width, i.src_x) - i.src_x, i.src_x_stride}}));
  footprint.writes.add(result(i, i.type));
  return footprint;
}

Footprint footprint_of(const DspPermute& p, const StageSet&) {
  Footprint footprint;
  footprint.reads.add(interval_of(p.src, p.element_bytes,
                                  {{p.n1, p.src_stride1},
                                   {p.n2, p.src_stride2},
                                   {p.n3, p.src_stride3},
                                   {p.n4, p.src_stride4},
                                   {p.n5, p.src_stride5}}));
  footprint.writes.add(interval_of(p.dst, p.element_bytes,
                                   {{p.n1, p.dst_stride1},
                                    {p.n2, p.dst_stride2},
                                    {p.n3, p.dst_stride3},
                                    {p.n4, p.dst_stride4},
                                    {p.n5, p.dst_stride5}}));
  return footprint;
}

}  // namespace mmasim::isa
