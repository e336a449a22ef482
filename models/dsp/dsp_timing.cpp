#include "models/dsp/dsp_timing.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "isa/kit/units.h"
#include "models/dsp/dsp_estimate.h"
#include "models/dsp/dsp_float_timing.h"

namespace mmasim::models {
namespace {

using isa::element_bytes;

// One source, one destination of the same shape.
template <class Op>
DspCost unary(const Op& op, isa::Element src_type, isa::Element dst_type, double cycles_per_vector,
              const DspConfig& config, const isa::Machine& machine) {
  const CostedTile src = source_tile(op, src_type), dst = result_tile(op, dst_type);
  Estimate estimate(config, machine, std::max(src.bytes, dst.bytes));
  estimate.work(static_cast<double>(estimate.vectors(src, dst)), cycles_per_vector);
  estimate.operations(dst.elements());
  estimate.reads(op.src, src.total_bytes(), src.total_bytes());
  estimate.writes(op.dst, dst.total_bytes());
  return estimate.done();
}

template <class Op>
DspCost binary(const Op& op, double cycles_per_vector, const DspConfig& config, const isa::Machine& machine) {
  const CostedTile a{op.count_y,    op.count_x,   op.channels, element_bytes(op.a_type),
                     op.a_y_stride, op.a_x_stride};
  const CostedTile dst = result_tile(op, op.dst_type);
  // What b is broadcast over is read once.
  const uint64_t b_rows = op.b_y_stride == 0 ? 1 : op.count_y,
                 b_columns = op.b_x_stride == 0 ? 1 : op.count_x;
  const uint64_t b_bytes = b_rows * b_columns * op.b_channels * element_bytes(op.b_type);
  Estimate estimate(config, machine, std::max({a.bytes, element_bytes(op.b_type), dst.bytes}));
  estimate.work(static_cast<double>(estimate.vectors(a, dst)), cycles_per_vector);
  estimate.operations(dst.elements());
  estimate.reads(op.a, a.total_bytes(), a.total_bytes());
  estimate.reads(op.b, b_bytes, b_bytes);
  estimate.writes(op.dst, dst.total_bytes());
  return estimate.done();
}

template <class Op>
DspCost window(const Op& op, isa::Element src_type, isa::Element dst_type, uint32_t dilation_y,
               uint32_t dilation_x, double tap_cycles, double result_cycles, uint64_t filter_bytes,
               isa::Address filter, const DspConfig& config, const isa::Machine& machine) {
  const CostedTile src = window_source(op, element_bytes(src_type), dilation_y, dilation_x);
  const CostedTile dst = result_tile(op, dst_type);
  // Neighbouring results share a vector if their windows are neighbours too.
  const CostedTile step{op.count_y,
                        op.count_x,
                        op.channels,
                        src.bytes,
                        int64_t{op.src_y_stride} * op.stride_y,
                        int64_t{op.src_x_stride} * op.stride_x};
  const uint64_t taps = uint64_t{op.kernel_y} * op.kernel_x;
  Estimate estimate(config, machine, src.bytes);
  const auto vectors = static_cast<double>(estimate.vectors(step, dst));
  estimate.work(vectors, static_cast<double>(taps) * tap_cycles + result_cycles);
  estimate.operations(dst.elements() * taps);
  estimate.reads(op.src, src.total_bytes(), dst.elements() * taps * src.bytes);
  if (filter_bytes > 0) estimate.reads(filter, filter_bytes, filter_bytes);
  estimate.writes(op.dst, dst.total_bytes());
  return estimate.done();
}

struct CostOf {
  isa::Element stage_out;
  const DspConfig& config;
  const isa::Machine& machine;

  DspCost operator()(const isa::DspRescale& op) const {
    return unary(op, op.src_type, op.dst_type, config.rescale_cycles, config, machine);
  }
  DspCost operator()(const isa::DspAdd& op) const { return binary(op, config.add_cycles, config, machine); }
  DspCost operator()(const isa::DspMultiply& op) const {
    return binary(op, config.multiply_cycles, config, machine);
  }
  DspCost operator()(const isa::DspDepthwise& op) const {
    const uint64_t taps = uint64_t{op.kernel_y} * op.kernel_x;
    return window(op, op.src_type, stage_out, op.dilation_y, op.dilation_x, config.depthwise_tap_cycles,
                  config.requantize_cycles, taps * op.channels * element_bytes(op.weight_type), op.weights,
                  config, machine);
  }
  // Four vectors of accumulators become one of results.
  DspCost operator()(const isa::DspRequantize& op) const {
    return unary(op, op.src_type, stage_out, config.requantize_cycles / 4, config, machine);
  }
  DspCost operator()(const isa::DspPoolMax& op) const {
    return window(op, op.type, op.type, op.dilation_y, op.dilation_x, config.pool_max_tap_cycles, 0, 0, {},
                  config, machine);
  }
  DspCost operator()(const isa::DspPoolAverage& op) const {
    return window(op, op.src_type, op.dst_type, 1, 1, config.pool_average_tap_cycles, config.rescale_cycles,
                  0, {}, config, machine);
  }
  DspCost operator()(const isa::DspLookup& op) const {
    const double cycles = op.fraction_bits == 0 ? config.lookup_cycles : config.lookup_segment_cycles;
    return unary(op, op.src_type, op.dst_type, cycles, config, machine);
  }
  DspCost operator()(const isa::DspPrelu& op) const {
    return unary(op, op.src_type, op.dst_type, config.prelu_cycles, config, machine);
  }
  DspCost operator()(const isa::DspSoftmax& op) const {
    return unary(op, op.src_type, op.dst_type, config.softmax_cycles, config, machine);
  }
  DspCost operator()(const isa::DspArgmax& op) const {
    const CostedTile src = source_tile(op, op.src_type);
    const uint64_t index_bytes = src.rows * src.columns * 8;
    Estimate estimate(config, machine, src.bytes);
    estimate.work(static_cast<double>(estimate.vectors(src, src)), config.argmax_cycles);
    estimate.operations(src.elements());
    estimate.reads(op.src, src.total_bytes(), src.total_bytes());
    estimate.writes(op.dst, index_bytes);
    return estimate.done();
  }
  // Two passes of two cells each (hardware.md 4): lines are mixed for every result line at the columns of the
  // source, then columns for every result. Each costs half of what four cells at once would. Both go along
  // whole lines of results: the weights repeat with the factor, and channels of a position have the same.
  DspCost operator()(const isa::DspResize& op) const {
    const CostedTile dst = result_tile(op, op.type);
    const uint64_t src_columns = isa::divide_up(dst.columns, op.factor_x);
    const uint64_t src_bytes = isa::divide_up(dst.rows, op.factor_y) * src_columns * dst.channels * dst.bytes;
    const auto dense = [&](uint64_t columns) {
      return CostedTile{dst.rows,  columns, dst.channels,
                        dst.bytes, 0,       static_cast<int64_t>(dst.channels * dst.bytes)};
    };
    const CostedTile mixed = dense(src_columns);
    Estimate estimate(config, machine, dst.bytes);
    const CostedTile results = dst.dense_x() ? dense(dst.columns) : dst;
    const auto vectors = estimate.vectors(mixed, mixed) + estimate.vectors(results, results);
    estimate.work(static_cast<double>(vectors), config.resize_cycles / 2);
    estimate.operations(2 * (mixed.elements() + dst.elements()));
    estimate.reads(op.src, src_bytes, 2 * (mixed.total_bytes() + dst.total_bytes()));
    estimate.writes(op.dst, dst.total_bytes());
    return estimate.done();
  }
  DspCost operator()(const isa::DspPermute& op) const {
    const uint64_t rows = uint64_t{op.n2} * op.n3 * op.n4 * op.n5, elements = rows * op.n1;
    const uint64_t bytes = elements * op.element_bytes;
    Estimate estimate(config, machine, op.element_bytes);
    if (op.src_stride1 == op.element_bytes && op.dst_stride1 == op.element_bytes) {
      estimate.work(static_cast<double>(
                        rows * isa::divide_up(uint64_t{op.n1} * op.element_bytes, machine.vector_bytes)),
                    config.permute_cycles);
    } else {
      estimate.work(static_cast<double>(elements), config.permute_element_cycles);
    }
    estimate.operations(elements);
    estimate.reads(op.src, bytes, bytes);
    estimate.writes(op.dst, bytes);
    return estimate.done();
  }
  template <class Other>
  DspCost operator()(const Other& op) const {
    if constexpr (isa::kIsFloatInstruction<Other>)
      return float_cost(op, config, machine);
    else
      throw std::logic_error(std::string("dsp: no cost of ") + Other::mnemonic);
  }
};

}  // namespace

DspCost dsp_cost(const isa::Instruction& instruction, isa::Element stage_out, const DspConfig& config,
                 const isa::Machine& machine) {
  return std::visit(CostOf{stage_out, config, machine}, instruction);
}

}  // namespace mmasim::models
