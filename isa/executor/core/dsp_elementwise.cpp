// dsp.rescale, dsp.add, dsp.multiply and dsp.prelu: every result comes from the elements at its own position.
#include <stdexcept>
#include <string>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/tile.h"
#include "isa/kernels/finish.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

// The largest magnitude of a product of these factors, and no less than any of them.
Wide peak_product(Wide a, Wide b) { return larger(larger(a, b), saturating_multiply(a, b)); }
Wide peak_of(int64_t factor) { return static_cast<Wide>(magnitude(factor)); }

template <class Lane>
void finish_and_store(Lane* v, size_t count, const Finish<Lane>& finish, Element dst_type, uint8_t* dst) {
  row_ops<Lane>().finish(v, count, finish);
  row_ops<Lane>().store[store_index(dst_type)](v, dst, count);
}

template <class Lane>
void rescale(const DspRescale& i, const TileSide& src, const TileSide& dst) {
  const RowOps<Lane>& ops = row_ops<Lane>();
  const auto finish = make_finish<Lane>(finish_terms(i));
  for_each_chunk(merged<2>(extent_of(i), {src, dst}), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    Lane v[kChunkElements];
    ops.load[static_cast<int>(i.src_type)](src.at(y, x) + c * src.element_bytes, v, count);
    ops.scale(v, count, static_cast<Lane>(i.src_zero), static_cast<Lane>(i.multiplier));
    finish_and_store(v, count, finish, i.dst_type, dst.at(y, x) + c * dst.element_bytes);
  });
}

// The operand b of dsp.add and dsp.multiply: a row of it, or its one channel repeated.
template <class Lane, class DspInstruction>
void load_b(const DspInstruction& i, const uint8_t* b, uint64_t c, Lane* lanes, size_t count) {
  const auto load = row_ops<Lane>().load[static_cast<int>(i.b_type)];
  if (i.b_channels == i.channels) return load(b + c * element_bytes(i.b_type), lanes, count);
  load(b, lanes, 1);
  std::fill_n(lanes + 1, count - 1, lanes[0]);
}

template <class Lane>
void combine(const DspAdd& i, Lane* a, const Lane* b, size_t count) {
  row_ops<Lane>().combine(a, b, count, static_cast<Lane>(i.a_zero), static_cast<Lane>(i.a_multiplier),
                          static_cast<Lane>(i.b_zero), static_cast<Lane>(i.b_multiplier));
}
template <class Lane>
void combine(const DspMultiply& i, Lane* a, const Lane* b, size_t count) {
  row_ops<Lane>().product(a, b, count, static_cast<Lane>(i.a_zero), static_cast<Lane>(i.b_zero),
                          static_cast<Lane>(i.multiplier));
}

Wide peak(const DspAdd& i) {
  return saturating_add(peak_product(centred_magnitude(i.a_type, i.a_zero), peak_of(i.a_multiplier)),
                        peak_product(centred_magnitude(i.b_type, i.b_zero), peak_of(i.b_multiplier)));
}
Wide peak(const DspMultiply& i) {
  return peak_product(
      peak_product(centred_magnitude(i.a_type, i.a_zero), centred_magnitude(i.b_type, i.b_zero)),
      peak_of(i.multiplier));
}

template <class Lane, class DspInstruction>
void combine_tiles(const DspInstruction& i, const std::array<TileSide, 3>& sides) {
  const auto& [a, b, dst] = sides;
  const auto finish = make_finish<Lane>(finish_terms(i));
  const TileExtent extent = i.b_channels == i.channels ? merged(extent_of(i), sides) : extent_of(i);
  for (uint64_t y = 0; y < extent.y; ++y)
    for (uint64_t x = 0; x < extent.x; ++x)
      for (uint64_t c = 0; c < extent.channels; c += kChunkElements) {
        const auto count = static_cast<size_t>(std::min<uint64_t>(kChunkElements, extent.channels - c));
        const auto row = static_cast<int64_t>(y), column = static_cast<int64_t>(x);
        Lane v[kChunkElements], w[kChunkElements];
        row_ops<Lane>().load[static_cast<int>(i.a_type)](a.at(row, column) + c * a.element_bytes, v, count);
        load_b(i, b.at(row, column), c, w, count);
        combine(i, v, w, count);
        finish_and_store(v, count, finish, i.dst_type, dst.at(row, column) + c * dst.element_bytes);
      }
}

template <class DspInstruction>
void execute_two_operands(const DspInstruction& i, const MemoryView& memory) {
  require_b_channels(i.b_channels, i.channels, i.mnemonic);
  const std::array<TileSide, 3> sides = {{
      {memory.at(i.a), i.a_y_stride, i.a_x_stride, element_bytes(i.a_type)},
      {memory.at(i.b), i.b_y_stride, i.b_x_stride, element_bytes(i.b_type)},
      {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, element_bytes(i.dst_type)},
  }};
  with_lanes(narrowest_lanes(peak(i), finish_terms(i)),
             [&](auto lane) { combine_tiles<decltype(lane)>(i, sides); });
}

// The slopes of `channels` channels: from memory, or all alike.
int64_t slope_at(const DspPrelu& i, const MemoryView& memory, uint64_t channel) {
  if (i.slopes.is_none()) return i.slope;
  return read_as<int64_t>(memory.at(i.slopes) + (uint64_t{i.lane} + channel) * 8);
}

Wide peak(const DspPrelu& i, const MemoryView& memory) {
  Wide factor = larger(peak_of(i.positive), peak_of(i.slope));
  if (!i.slopes.is_none())
    for (uint32_t c = 0; c < i.channels; ++c) factor = larger(factor, peak_of(slope_at(i, memory, c)));
  return peak_product(centred_magnitude(i.src_type, i.src_zero), factor);
}

template <class Lane>
void rectify(const DspPrelu& i, const TileSide& src, const TileSide& dst, const MemoryView& memory) {
  const RowOps<Lane>& ops = row_ops<Lane>();
  const auto finish = make_finish<Lane>(finish_terms(i));
  const TileExtent extent = i.slopes.is_none() ? merged<2>(extent_of(i), {src, dst}) : extent_of(i);
  for_each_chunk({1, 1, extent.channels}, [&](int64_t, int64_t, uint64_t c, size_t count) {
    Lane slopes[kChunkElements];
    for (size_t k = 0; k < count; ++k) slopes[k] = static_cast<Lane>(slope_at(i, memory, c + k));
    for (uint64_t y = 0; y < extent.y; ++y)
      for (uint64_t x = 0; x < extent.x; ++x) {
        const auto row = static_cast<int64_t>(y), column = static_cast<int64_t>(x);
        Lane v[kChunkElements];
        ops.load[static_cast<int>(i.src_type)](src.at(row, column) + c * src.element_bytes, v, count);
        ops.rectify(v, slopes, count, static_cast<Lane>(i.src_zero), static_cast<Lane>(i.positive));
        finish_and_store(v, count, finish, i.dst_type, dst.at(row, column) + c * dst.element_bytes);
      }
  });
}

}  // namespace

void execute(const DspRescale& i, const StageSet&, Worker&, const MemoryView& memory) {
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(i.src_type)};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, element_bytes(i.dst_type)};
  const Wide peak = peak_product(centred_magnitude(i.src_type, i.src_zero), peak_of(i.multiplier));
  with_lanes(narrowest_lanes(peak, finish_terms(i)),
             [&](auto lane) { rescale<decltype(lane)>(i, src, dst); });
}

void execute(const DspAdd& i, const StageSet&, Worker&, const MemoryView& memory) {
  execute_two_operands(i, memory);
}

void execute(const DspMultiply& i, const StageSet&, Worker&, const MemoryView& memory) {
  execute_two_operands(i, memory);
}

void execute(const DspPrelu& i, const StageSet&, Worker&, const MemoryView& memory) {
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(i.src_type)};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, element_bytes(i.dst_type)};
  with_lanes(narrowest_lanes(peak(i, memory), finish_terms(i)),
             [&](auto lane) { rectify<decltype(lane)>(i, src, dst, memory); });
}

}  // namespace mmasim::isa
