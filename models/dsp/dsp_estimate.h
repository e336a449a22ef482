// Adds up what one dsp.* instruction costs: vectors of arithmetic, and the bytes of its operands in each
// memory. Used by dsp_timing.cpp and dsp_float_timing.cpp alone.
#pragma once

#include <algorithm>
#include <cmath>

#include "isa/kit/units.h"
#include "models/dsp/dsp_timing.h"

namespace mmasim::models {

// A tile of an operand, as far as time is concerned.
struct CostedTile {
  uint64_t rows, columns, channels;
  uint32_t bytes;  // of an element
  int64_t y_stride, x_stride;

  uint64_t elements() const { return rows * columns * channels; }
  uint64_t total_bytes() const { return elements() * bytes; }
  bool dense_x() const { return columns == 1 || x_stride == static_cast<int64_t>(channels * bytes); }
  bool dense_y() const {
    return dense_x() && (rows == 1 || y_stride == static_cast<int64_t>(columns * channels * bytes));
  }
};

class Estimate {
 public:
  Estimate(const DspConfig& config, const isa::Machine& machine, uint32_t width_bytes)
      : config_(config), lanes_(std::max<uint64_t>(1, machine.vector_bytes / width_bytes)) {
    cost_.cycles = config.start_cycles;
    cost_.width_index = isa::width_index(width_bytes);
  }

  // Vectors that cover the result, where source and destination must both be without gaps to share one.
  uint64_t vectors(const CostedTile& src, const CostedTile& dst) const {
    if (src.dense_y() && dst.dense_y()) return isa::divide_up(dst.elements(), lanes_);
    if (src.dense_x() && dst.dense_x()) return dst.rows * isa::divide_up(dst.columns * dst.channels, lanes_);
    return dst.rows * dst.columns * isa::divide_up(dst.channels, lanes_);
  }
  void work(double vectors, double cycles_per_vector) {
    cost_.cycles += static_cast<uint64_t>(std::ceil(vectors * cycles_per_vector));
  }
  void operations(uint64_t count) { cost_.operations += count; }
  void on_reals() { cost_.width_index = kFloatWidth; }
  uint64_t lanes() const { return lanes_; }

  void reads(isa::Address address, uint64_t operand_bytes, uint64_t l1_bytes) {
    cost_.l1.read_bytes += l1_bytes;
    home(address).read_bytes += operand_bytes;
    reach(address, operand_bytes, false);
  }
  void writes(isa::Address address, uint64_t operand_bytes) {
    cost_.l1.write_bytes += operand_bytes;
    home(address).write_bytes += operand_bytes;
    reach(address, operand_bytes, true);
  }
  DspCost done() const { return cost_; }

 private:
  Traffic& home(isa::Address address) {
    if (address.space() == isa::Space::ddr) return cost_.ddr;
    return address.space() == isa::Space::l3 ? cost_.l3 : cost_.l2;
  }
  void reach(isa::Address address, uint64_t operand_bytes, bool is_write) {
    if (address.space() != isa::Space::l3 && address.space() != isa::Space::ddr) return;
    cost_.outside.at(cost_.outside_count++) = {address, operand_bytes, is_write};
    const auto bytes = static_cast<double>(operand_bytes);
    if (address.space() == isa::Space::l3) {
      cost_.cycles += config_.l3_latency_cycles;
      work(1, bytes / config_.l3_fill_bytes_per_cycle);
    } else {
      cost_.cycles += config_.ddr_latency_cycles;
      work(1, bytes / config_.ddr_fill_bytes_per_cycle);
    }
  }

  const DspConfig& config_;
  const uint64_t lanes_;
  DspCost cost_;
};

template <class Op>
CostedTile result_tile(const Op& op, isa::Element element) {
  return {op.count_y, op.count_x, op.channels, isa::element_bytes(element), op.dst_y_stride, op.dst_x_stride};
}

template <class Op>
CostedTile source_tile(const Op& op, isa::Element element) {
  return {op.count_y, op.count_x, op.channels, isa::element_bytes(element), op.src_y_stride, op.src_x_stride};
}

// The cells of the source that windows touch: (count - 1) * stride + (kernel - 1) * dilation + 1 along each
// axis.
template <class Op>
CostedTile window_source(const Op& op, uint32_t bytes, uint32_t dilation_y, uint32_t dilation_x) {
  const auto extent = [](uint64_t count, uint64_t stride, uint64_t kernel, uint64_t dilation) {
    return count == 0 ? 0 : (count - 1) * stride + (kernel - 1) * dilation + 1;
  };
  return {extent(op.count_y, op.stride_y, op.kernel_y, dilation_y),
          extent(op.count_x, op.stride_x, op.kernel_x, dilation_x),
          op.channels,
          bytes,
          op.src_y_stride,
          op.src_x_stride};
}

}  // namespace mmasim::models
