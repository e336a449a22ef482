// Extents of the DSP's tiles: positions of contiguous channels, and the windows that slide over them.
#pragma once

#include "isa/verify/instruction_checks.h"

namespace mmasim::isa {

// A tile of count_y x count_x positions, each `position_bytes` contiguous bytes.
inline Extent tile_extent(uint64_t count_y, uint64_t count_x, uint64_t position_bytes, int64_t y_stride,
                          int64_t x_stride) {
  return Extent::of_bytes(position_bytes).repeat(count_y, y_stride).repeat(count_x, x_stride);
}

// Rows or columns of a source that `count` results need.
inline uint64_t window_count(uint32_t count, uint32_t filter, uint32_t stride, uint32_t dilation) {
  return uint64_t{count - 1} * stride + uint64_t{filter - 1} * dilation + 1;
}

template <class Operation>
uint64_t expect_tile_work(const Operation& op) {
  return expect_work({{"count_y", op.count_y}, {"count_x", op.count_x}, {"channels", op.channels}});
}

template <class Operation>
uint64_t expect_window_work(const Operation& op) {
  expect_not_zero("stride_y", op.stride_y);
  expect_not_zero("stride_x", op.stride_x);
  return expect_work({{"count_y", op.count_y},
                      {"count_x", op.count_x},
                      {"channels", op.channels},
                      {"kernel_y", op.kernel_y},
                      {"kernel_x", op.kernel_x}});
}

template <class Operation>
Extent src_extent(const Operation& op, uint32_t bytes) {
  return tile_extent(op.count_y, op.count_x, uint64_t{op.channels} * bytes, op.src_y_stride, op.src_x_stride);
}
template <class Operation>
Extent dst_extent(const Operation& op, uint32_t bytes) {
  return tile_extent(op.count_y, op.count_x, uint64_t{op.channels} * bytes, op.dst_y_stride, op.dst_x_stride);
}
template <class Operation>
Extent window_extent(const Operation& op, uint32_t bytes, uint32_t dilation_y, uint32_t dilation_x) {
  return tile_extent(window_count(op.count_y, op.kernel_y, op.stride_y, dilation_y),
                     window_count(op.count_x, op.kernel_x, op.stride_x, dilation_x),
                     uint64_t{op.channels} * bytes, op.src_y_stride, op.src_x_stride);
}

}  // namespace mmasim::isa
