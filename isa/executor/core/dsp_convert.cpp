// dsp.quantize, dsp.dequantize, dsp.convert, dsp.range and dsp.unpack: between integers, packed indices and
// reals.
#include <algorithm>
#include <cstring>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/float_rows.h"
#include "isa/semantics/elements.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

template <class Integer>
void quantize_tile(const DspQuantize& i, const TileSide& src, const TileSide& dst, const RangeGrid& grid) {
  for_each_chunk(merged<2>(extent_of(i), {src, dst}), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    float row[kChunkElements];
    Integer out[kChunkElements];
    load_row(src.at(y, x) + c * sizeof(float), row, count);
    for (size_t k = 0; k < count; ++k)
      out[k] = static_cast<Integer>(quantize(row[k], grid.step, grid.zero_point, i.clip_min, i.clip_max));
    std::memcpy(dst.at(y, x) + c * sizeof(Integer), out, count * sizeof(Integer));
  });
}

// A table's entry for the channel, or what stands for a table that is not there.
template <class Entry>
Entry entry_or(const uint8_t* table, uint64_t lane, Entry without) {
  return table == nullptr ? without : read_as<Entry>(table + lane * sizeof(Entry));
}
const uint8_t* table_at(Address table, const MemoryView& memory) {
  return table.is_none() ? nullptr : memory.at(table);
}

template <class Integer>
void dequantize_tile(const DspDequantize& i, const TileSide& src, const TileSide& dst,
                     const MemoryView& memory) {
  const RangeGrid grid = grid_of(i, memory);
  const uint8_t* steps = table_at(i.steps, memory);
  const uint8_t* sums = table_at(i.sums, memory);
  const uint8_t* biases = table_at(i.biases, memory);
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    Integer in[kChunkElements];
    float row[kChunkElements];
    load_row(src.at(y, x) + c * sizeof(Integer), in, count);
    for (size_t k = 0; k < count; ++k) {
      const uint64_t lane = i.lane + c + k;
      const int64_t centred = int64_t{in[k]} - int64_t{grid.zero_point} * entry_or<int32_t>(sums, lane, 1);
      row[k] = static_cast<float>(centred) * (grid.step * entry_or<float>(steps, lane, 1));
      if (biases != nullptr) row[k] = row[k] + entry_or<float>(biases, lane, 0);
    }
    clip_row(row, count, i.low, i.high);
    store_row(row, dst.at(y, x) + c * sizeof(float), count);
  });
}

template <class Entry>
void unpack(const DspUnpack& i, const MemoryView& memory) {
  Entry table[256];
  std::memcpy(table, memory.at(i.table), (size_t{1} << i.bits) * sizeof(Entry));
  const uint8_t* src = memory.at(i.src);
  uint8_t* dst = memory.at(i.dst);
  uint32_t held = 0, held_bits = 0;  // bits read and not yet used
  for (uint64_t k = 0; k < i.count; ++k) {
    if (held_bits < i.bits) held |= uint32_t{*src++} << held_bits, held_bits += 8;
    write_as<Entry>(dst + k * sizeof(Entry), table[held & ((1u << i.bits) - 1)]);
    held >>= i.bits, held_bits -= i.bits;
  }
}

}  // namespace

void execute(const DspQuantize& i, const StageSet&, Worker&, const MemoryView& memory) {
  const TileSide src = source_side(i, Element::f32, memory), dst = result_side(i, i.dst_type, memory);
  require_integer(i.dst_type, i.mnemonic);
  with_word(i.dst_type, [&](auto e) { quantize_tile<decltype(e)>(i, src, dst, grid_of(i, memory)); });
}

void execute(const DspDequantize& i, const StageSet&, Worker&, const MemoryView& memory) {
  const TileSide src = source_side(i, i.src_type, memory), dst = result_side(i, Element::f32, memory);
  require_integer(i.src_type, i.mnemonic);
  with_word(i.src_type, [&](auto e) { dequantize_tile<decltype(e)>(i, src, dst, memory); });
}

void execute(const DspConvert& i, const StageSet&, Worker&, const MemoryView& memory) {
  require_real_pair(i.src_type, i.dst_type);
  const TileSide src = source_side(i, i.src_type, memory), dst = result_side(i, i.dst_type, memory);
  for_each_chunk(merged<2>(extent_of(i), {src, dst}), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    uint16_t halves[kChunkElements];
    float row[kChunkElements];
    if (i.src_type == Element::f16) {
      load_row(src.at(y, x) + c * sizeof(uint16_t), halves, count);
      std::transform(halves, halves + count, row, float_of_half);
      std::memcpy(dst.at(y, x) + c * sizeof(float), row, count * sizeof(float));
    } else {
      load_row(src.at(y, x) + c * sizeof(float), row, count);
      std::transform(row, row + count, halves, half_of_float);
      std::memcpy(dst.at(y, x) + c * sizeof(uint16_t), halves, count * sizeof(uint16_t));
    }
  });
}

void execute(const DspRange& i, const StageSet&, Worker&, const MemoryView& memory) {
  float lowest = kInfinity, highest = -kInfinity;
  if (i.begins == 0) {
    const auto before = read_as<RangeGrid>(memory.at(i.dst));
    lowest = before.lowest, highest = before.highest;
  }
  const TileSide src = source_side(i, Element::f32, memory);
  for_each_chunk(merged<1>(extent_of(i), {src}), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    float row[kChunkElements];
    load_row(src.at(y, x) + c * sizeof(float), row, count);
    for (size_t k = 0; k < count; ++k) lowest = minimum(lowest, row[k]), highest = maximum(highest, row[k]);
  });
  RangeGrid grid = grid_of_range(lowest, highest);
  grid.step = canonical(grid.step);
  write_as(memory.at(i.dst), grid);
}

void execute(const DspUnpack& i, const StageSet&, Worker&, const MemoryView& memory) {
  require_indices(i.bits, i.element_bytes);
  if (i.element_bytes == 1) return unpack<uint8_t>(i, memory);
  if (i.element_bytes == 2) return unpack<uint16_t>(i, memory);
  unpack<uint32_t>(i, memory);
}

}  // namespace mmasim::isa
