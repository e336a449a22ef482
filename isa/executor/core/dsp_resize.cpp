// dsp.resize: bilinear enlargement with whole weights, so that the only rounding is the last shift.
#include <algorithm>
#include <stdexcept>

#include "isa/executor/core/dsp.h"
#include "isa/executor/core/tile.h"
#include "isa/kernels/finish.h"

namespace mmasim::isa {
namespace {

// The two source indices of one output index along one axis, and their weights, which total 2 * factor.
struct Tap {
  int64_t index[2];
  int64_t weight[2];
};

Tap tap_of(int64_t output, int64_t factor, bool is_half_pixel, int64_t in_count) {
  const int64_t position = 2 * output + (is_half_pixel ? 1 - factor : 0);  // in units of 1 / (2 * factor)
  const int64_t steps = 2 * factor;
  const int64_t below = position >= 0 ? position / steps : -((-position + steps - 1) / steps);
  const auto clamped = [&](int64_t i) { return std::min(std::max<int64_t>(i, 0), in_count - 1); };
  const int64_t upper_weight = position - steps * below;
  return {{clamped(below), clamped(below + 1)}, {steps - upper_weight, upper_weight}};
}

template <class Lane>
void resize(const DspResize& i, const TileSide& src, const TileSide& dst) {
  const RowOps<Lane>& ops = row_ops<Lane>();
  const auto load = ops.load[static_cast<int>(i.type)];
  const auto finish = make_finish<Lane>({i.shift, i.rounding, 0, i.clip_min, i.clip_max});
  for_each_chunk(extent_of(i), [&](int64_t y, int64_t x, uint64_t c, size_t count) {
    const Tap down = tap_of(i.out_y + y, i.factor_y, i.half_pixel != 0, i.in_height);
    const Tap across = tap_of(i.out_x + x, i.factor_x, i.half_pixel != 0, i.in_width);
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
  if (i.factor_y == 0 || i.factor_x == 0) throw std::logic_error("dsp.resize: a factor is 0");
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
