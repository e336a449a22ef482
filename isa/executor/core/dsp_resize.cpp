// dsp.resize: bilinear enlargement with whole weights, so that the only rounding is the last shift.
#include <algorithm>
#include <stdexcept>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/tile.h"
#include "isa/kernels/finish.h"
#include "isa/resize_tap.h"
#include "isa/semantics/operand_rules.h"

namespace mmasim::isa {
namespace {

template <class Lane>
void resize(const DspResize& i, const TileSide& src, const TileSide& dst) {
  const RowOps<Lane>& ops = row_ops<Lane>();
  const auto load = ops.load[static_cast<int>(i.type)];
  const auto finish = make_finish<Lane>({i.shift, i.rounding, 0, i.clip_min, i.clip_max});
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    const ResizeTap down = resize_tap(i.out_y + y, i.factor_y, i.half_pixel != 0, i.in_height);
    const ResizeTap across = resize_tap(i.out_x + x, i.factor_x, i.half_pixel != 0, i.in_width);
    Lane sums[2][kChunkElements], right[kChunkElements];
    for (int row = 0; row < 2; ++row) {
      const auto cell = [&](int column) {
        return src.at(down.index[row] - i.src_y, across.index[column] - i.src_x) + c * src.element_bytes;
      };
      load(cell(0), sums[row], count);
      load(cell(1), right, count);
      ops.combine(sums[row], right, count, 0, static_cast<Lane>(down.weight[row] * across.weight[0]), 0,
                  static_cast<Lane>(down.weight[row] * across.weight[1]));
    }
    ops.combine(sums[0], sums[1], count, 0, 1, 0, 1);
    ops.scale(sums[0], count, 0, static_cast<Lane>(i.multiplier));
    ops.finish(sums[0], count, finish);
    ops.store[store_index(i.type)](sums[0], dst.at(y, x) + c * dst.element_bytes, count);
  });
}

}  // namespace

void execute(const DspResize& i, const StageSet&, Worker&, const MemoryView& memory) {
  require_factors(i.factor_y, i.factor_x);
  const uint32_t bytes = element_bytes(i.type);
  const TileSide src = {memory.at(i.src), i.src_y_stride, i.src_x_stride, bytes};
  const TileSide dst = {memory.at(i.dst), i.dst_y_stride, i.dst_x_stride, bytes};
  const Wide sum = saturating_multiply(element_magnitude(i.type), Wide{4} * i.factor_y * i.factor_x);
  const auto factor = static_cast<Wide>(magnitude(i.multiplier));
  const Wide peak = larger(larger(sum, factor), saturating_multiply(sum, factor));
  with_lanes(narrowest_lanes(peak, {i.shift, i.rounding, 0, i.clip_min, i.clip_max}),
             [&](auto lane) { resize<decltype(lane)>(i, src, dst); });
}

}  // namespace mmasim::isa
