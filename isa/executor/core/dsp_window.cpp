// dsp.depthwise, dsp.pool_max and dsp.pool_average: every result comes from a window of a padded tile.
// Channels are the inner loop. dsp.requantize, a window of one raw accumulator, is here too.
#include <cstring>
#include <stdexcept>
#include <string>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/output_stage.h"
#include "isa/executor/core/tile.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

// Sums and results of one position's chunk of channels at a time.
template <class Lane>
void depthwise(const DspDepthwise& i, const TileSide& src, const TileSide& dst, const uint8_t* weights,
               const OutputStage& stage) {
  const auto multiply_add =
      row_ops<Lane>().multiply_add[static_cast<int>(i.src_type)][static_cast<int>(i.weight_type)];
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    Lane sums[kChunkElements];
    std::fill_n(sums, count, Lane{0});
    const uint8_t* tap = weights + c * src.element_bytes;
    for (int64_t ky = 0; ky < i.kernel_y; ++ky)
      for (int64_t kx = 0; kx < i.kernel_x; ++kx, tap += i.weight_stride)
        multiply_add(sums,
                     src.at(y * i.stride_y + ky * i.dilation_y, x * i.stride_x + kx * i.dilation_x) +
                         c * src.element_bytes,
                     tap, count);
    stage.apply(sums, static_cast<uint32_t>(c), count, dst.at(y, x) + c * dst.element_bytes);
  });
}

template <class Stored>
Wide peak_magnitude(const DspRequantize& i, const TileSide& src) {
  UnsignedWide peak = 0;
  for_each_chunk(merged<1>(extent_of(i), {src}), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    Stored lowest = 0, highest = 0;
    const uint8_t* row = src.at(y, x) + c * sizeof(Stored);
    for (size_t k = 0; k < count; ++k) {
      const auto v = read_as<Stored>(row + k * sizeof(Stored));
      lowest = v < lowest ? v : lowest;
      highest = v > highest ? v : highest;
    }
    peak = std::max({peak, magnitude(lowest), magnitude(highest)});
  });
  return static_cast<Wide>(std::min<UnsignedWide>(peak, kWideMax));
}

template <class Stored>
void requantize(const DspRequantize& i, const TileSide& src, const StageSet& stage_set, Worker& worker,
                const MemoryView& memory) {
  const OutputStage stage(stage_set, i.src_type, i.lane, i.channels, peak_magnitude<Stored>(i, src), worker,
                          memory);
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, stage.out_bytes()};
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    Stored accumulators[kChunkElements];
    std::memcpy(accumulators, src.at(y, x) + c * sizeof(Stored), count * sizeof(Stored));
    stage.apply(accumulators, static_cast<uint32_t>(c), count, dst.at(y, x) + c * dst.element_bytes);
  });
}

// Valid rows or columns of the window of `taps` that begins at `start`.
int64_t valid_count(int64_t start, int64_t taps, int64_t begin, int64_t end) {
  return std::max<int64_t>(0, std::min(start + taps, end) - std::max(start, begin));
}

struct Reciprocals {
  const uint8_t* table;  // or null
  int64_t common;

  int64_t of(int64_t valid_cells) const {
    return table ? read_as<int64_t>(table + (valid_cells - 1) * 8) : common;
  }
  Wide peak(int64_t largest_cells) const {
    Wide peak = 0;
    for (int64_t n = 1; n <= (table ? largest_cells : 1); ++n)
      peak = larger(peak, static_cast<Wide>(magnitude(of(n))));
    return peak;
  }
};

template <class Lane>
void pool_average(const DspPoolAverage& i, const TileSide& src, const TileSide& dst,
                  const Reciprocals& reciprocals) {
  const RowOps<Lane>& ops = row_ops<Lane>();
  const auto finish = make_finish<Lane>(finish_terms(i));
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    const int64_t top = y * i.stride_y, left = x * i.stride_x;
    const int64_t valid_cells = valid_count(top, i.kernel_y, i.valid_y_begin, i.valid_y_end) *
                                valid_count(left, i.kernel_x, i.valid_x_begin, i.valid_x_end);
    Lane sums[kChunkElements];
    std::fill_n(sums, count, valid_cells == 0 ? static_cast<Lane>(i.dst_zero) : Lane{0});
    if (valid_cells != 0) {
      for (int64_t ky = 0; ky < i.kernel_y; ++ky)
        for (int64_t kx = 0; kx < i.kernel_x; ++kx)
          ops.accumulate[static_cast<int>(i.src_type)](sums,
                                                       src.at(top + ky, left + kx) + c * src.element_bytes,
                                                       static_cast<Lane>(i.src_zero), count);
      ops.scale(sums, count, 0, static_cast<Lane>(reciprocals.of(valid_cells)));
      ops.finish(sums, count, finish);
    }
    ops.store[store_index(i.dst_type)](sums, dst.at(y, x) + c * dst.element_bytes, count);
  });
}

}  // namespace

void execute(const DspDepthwise& i, const StageSet& stage_set, Worker& worker, const MemoryView& memory) {
  const uint32_t bytes = element_bytes(i.src_type);
  require_alike(i.src_type, i.weight_type);
  const Wide taps = Wide{i.kernel_y} * i.kernel_x;
  const Wide bound = taps * element_magnitude(i.src_type) * element_magnitude(i.weight_type);
  const OutputStage stage(stage_set, accumulator_element(bytes), i.lane, i.channels, bound, worker, memory);
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, bytes};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, stage.out_bytes()};
  with_lanes(narrowest_lanes(bound, {}),
             [&](auto lane) { depthwise<decltype(lane)>(i, src, dst, memory.at(i.weights), stage); });
}

void execute(const DspRequantize& i, const StageSet& stage_set, Worker& worker, const MemoryView& memory) {
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(i.src_type)};
  switch (i.src_type) {
    case Element::s32:
      return requantize<int32_t>(i, src, stage_set, worker, memory);
    case Element::s64:
      return requantize<int64_t>(i, src, stage_set, worker, memory);
    case Element::s128:
      return requantize<Wide>(i, src, stage_set, worker, memory);
    default:
      return require_accumulator(i.src_type);
  }
}

void execute(const DspPoolMax& i, const StageSet&, Worker&, const MemoryView& memory) {
  const uint32_t bytes = element_bytes(i.type);
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, bytes};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, bytes};
  const auto maximum = maximum_ops().maximum[static_cast<int>(i.type)];
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    uint8_t largest[kChunkElements * sizeof(Wide)];
    const int64_t top = y * i.stride_y, left = x * i.stride_x;
    std::memcpy(largest, src.at(top, left) + c * bytes, count * bytes);
    for (int64_t ky = 0; ky < i.kernel_y; ++ky)
      for (int64_t kx = 0; kx < i.kernel_x; ++kx)
        maximum(largest, src.at(top + ky * i.dilation_y, left + kx * i.dilation_x) + c * bytes, count);
    std::memcpy(dst.at(y, x) + c * bytes, largest, count * bytes);
  });
}

void execute(const DspPoolAverage& i, const StageSet&, Worker&, const MemoryView& memory) {
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, element_bytes(i.src_type)};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, element_bytes(i.dst_type)};
  const Reciprocals reciprocals = {i.reciprocals.is_none() ? nullptr : memory.at(i.reciprocals),
                                   i.reciprocal};
  const int64_t cells = int64_t{i.kernel_y} * i.kernel_x;
  const Wide factor = reciprocals.peak(cells);
  const Wide sum = saturating_multiply(cells, centred_magnitude(i.src_type, i.src_zero));
  const Wide peak = larger(larger(sum, factor), saturating_multiply(sum, factor));
  with_lanes(narrowest_lanes(peak, finish_terms(i)),
             [&](auto lane) { pool_average<decltype(lane)>(i, src, dst, reciprocals); });
}

}  // namespace mmasim::isa
