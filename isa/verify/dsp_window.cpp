// Checks of the DSP instructions whose results need a window of the source: filters, pools and enlargement.
#include "isa/resize_tap.h"
#include "isa/verify/element_range.h"
#include "isa/verify/instruction_checks.h"
#include "isa/verify/tile.h"

namespace mmasim::isa {
namespace {

// Those cells relative to the first one in the tile.
CellRange expect_resize_cells(const char* axis, CellRange cells, uint32_t tile_first) {
  if (cells.first < tile_first) violate("{} is {}; cell {} is needed", axis, tile_first, cells.first);
  return {cells.first - tile_first, cells.last - tile_first};
}

}  // namespace

void InstructionChecks::check(const DspDepthwise& op) {
  expect_window_work(op);
  expect_not_zero("dilation_y", op.dilation_y);
  expect_not_zero("dilation_x", op.dilation_x);
  expect_operand("src_type", op.src_type);
  expect_operand("weight_type", op.weight_type);
  const uint32_t bytes = element_bytes(op.src_type);
  if (element_bytes(op.weight_type) != bytes) {
    violate("weight_type is {}; expected as wide as src_type, {}", word(op.weight_type), word(op.src_type));
  }
  const StageSet& stage = expect_stage(Unit::dsp, accumulator_element(bytes), op.lane, op.channels);
  memory_.expect_inside("src", op.src, window_extent(op, bytes, op.dilation_y, op.dilation_x));
  memory_.expect_inside("weights", op.weights,
                        Extent::of_bytes(uint64_t{op.channels} * bytes)
                            .repeat(uint64_t{op.kernel_y} * op.kernel_x, op.weight_stride));
  memory_.expect_writable("dst", op.dst, dst_extent(op, element_bytes(stage.out)));
}

void InstructionChecks::check(const DspPoolMax& pool) {
  expect_window_work(pool);
  expect_not_zero("dilation_y", pool.dilation_y);
  expect_not_zero("dilation_x", pool.dilation_x);
  expect_scalar("type", pool.type);
  const uint32_t bytes = element_bytes(pool.type);
  memory_.expect_inside("src", pool.src, window_extent(pool, bytes, pool.dilation_y, pool.dilation_x));
  memory_.expect_writable("dst", pool.dst, dst_extent(pool, bytes));
}

void InstructionChecks::check(const DspPoolAverage& pool) {
  expect_window_work(pool);
  expect_scalar("src_type", pool.src_type);
  expect_scalar("dst_type", pool.dst_type);
  expect_clip(pool.dst_type, pool.clip_min, pool.clip_max);
  const uint64_t cells = uint64_t{pool.kernel_y} * pool.kernel_x;
  uint32_t factor_bits = bit_length(pool.reciprocal);
  if (!pool.reciprocals.is_none()) {
    memory_.expect_in_l2("reciprocals", pool.reciprocals, Extent::of_bytes(cells * 8));
    factor_bits = 64;  // the table may hold anything
  }
  expect_arithmetic_bits(difference_bits(pool.src_type, pool.src_zero) +
                         bit_length(static_cast<Int128>(cells)) + factor_bits);
  memory_.expect_inside("src", pool.src, window_extent(pool, element_bytes(pool.src_type), 1, 1));
  memory_.expect_writable("dst", pool.dst, dst_extent(pool, element_bytes(pool.dst_type)));
}

void InstructionChecks::check(const DspResize& resize) {
  expect_tile_work(resize);
  expect_not_zero("factor_y", resize.factor_y);
  expect_not_zero("factor_x", resize.factor_x);
  expect_not_zero("in_height", resize.in_height);
  expect_not_zero("in_width", resize.in_width);
  expect_in_range("half_pixel", resize.half_pixel, 0, 1);
  expect_scalar("type", resize.type);
  expect_clip(resize.type, resize.clip_min, resize.clip_max);
  const auto weights_total = static_cast<Int128>(4) * resize.factor_y * resize.factor_x;
  expect_arithmetic_bits(difference_bits(resize.type, 0) + bit_length(weights_total) +
                         bit_length(resize.multiplier));

  const bool half_pixel = resize.half_pixel == 1;
  const CellRange rows = expect_resize_cells(
      "src_y", resize_cells(resize.out_y, resize.count_y, resize.factor_y, half_pixel, resize.in_height),
      resize.src_y);
  const CellRange columns = expect_resize_cells(
      "src_x", resize_cells(resize.out_x, resize.count_x, resize.factor_x, half_pixel, resize.in_width),
      resize.src_x);
  const uint32_t bytes = element_bytes(resize.type);
  Extent src = Extent::of_bytes(uint64_t{resize.channels} * bytes);
  for (const auto& [cells, stride] :
       {std::pair(rows, resize.src_y_stride), std::pair(columns, resize.src_x_stride)}) {
    const Int128 first = static_cast<Int128>(cells.first) * stride;
    const Int128 last = static_cast<Int128>(cells.last) * stride;
    src.spread(std::min(first, last), std::max(first, last));
  }
  memory_.expect_inside("src", resize.src, src);
  memory_.expect_writable("dst", resize.dst, dst_extent(resize, bytes));
}

}  // namespace mmasim::isa
