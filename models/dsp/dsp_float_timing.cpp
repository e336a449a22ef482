#include "models/dsp/dsp_float_timing.h"

#include "models/dsp/dsp_estimate.h"

namespace mmasim::models {
namespace {

using isa::Element;
using isa::element_bytes;

// One source, one destination of the same shape.
template <class Op>
Estimate unary(const Op& op, Element src_type, Element dst_type, double cycles_per_vector,
               const DspConfig& config, const isa::Machine& machine) {
  const CostedTile src = source_tile(op, src_type), dst = result_tile(op, dst_type);
  Estimate estimate(config, machine, std::max(src.bytes, dst.bytes));
  estimate.on_reals();
  estimate.work(static_cast<double>(estimate.vectors(src, dst)), cycles_per_vector);
  estimate.operations(dst.elements());
  estimate.reads(op.src, src.total_bytes(), src.total_bytes());
  estimate.writes(op.dst, dst.total_bytes());
  return estimate;
}

// A table of 4 bytes per channel.
void read_lanes(Estimate& estimate, isa::Address table, uint64_t channels) {
  if (!table.is_none()) estimate.reads(table, 4 * channels, 4 * channels);
}

}  // namespace

DspCost float_cost(const isa::DspQuantize& op, const DspConfig& config, const isa::Machine& machine) {
  return unary(op, Element::f32, op.dst_type, config.quantize_cycles, config, machine).done();
}

DspCost float_cost(const isa::DspDequantize& op, const DspConfig& config, const isa::Machine& machine) {
  Estimate estimate = unary(op, op.src_type, Element::f32, config.dequantize_cycles, config, machine);
  for (const isa::Address table : {op.steps, op.sums, op.biases}) read_lanes(estimate, table, op.channels);
  return estimate.done();
}

DspCost float_cost(const isa::DspConvert& op, const DspConfig& config, const isa::Machine& machine) {
  return unary(op, op.src_type, op.dst_type, config.convert_cycles, config, machine).done();
}

DspCost float_cost(const isa::DspRange& op, const DspConfig& config, const isa::Machine& machine) {
  const CostedTile src = source_tile(op, Element::f32);
  Estimate estimate(config, machine, src.bytes);
  estimate.on_reals();
  estimate.work(static_cast<double>(estimate.vectors(src, src)), config.range_cycles);
  estimate.operations(src.elements());
  estimate.reads(op.src, src.total_bytes(), src.total_bytes());
  estimate.writes(op.dst, 16);
  return estimate.done();
}

DspCost float_cost(const isa::DspUnpack& op, const DspConfig& config, const isa::Machine& machine) {
  const uint64_t src_bytes = isa::divide_up(uint64_t{op.count} * op.bits, uint64_t{8});
  const uint64_t dst_bytes = uint64_t{op.count} * op.element_bytes;
  const uint64_t table_bytes = uint64_t{op.element_bytes} << op.bits;
  Estimate estimate(config, machine, op.element_bytes);
  estimate.work(static_cast<double>(isa::divide_up(dst_bytes, uint64_t{machine.vector_bytes})),
                config.unpack_cycles);
  estimate.operations(op.count);
  estimate.reads(op.src, src_bytes, src_bytes);
  estimate.reads(op.table, table_bytes, dst_bytes);
  estimate.writes(op.dst, dst_bytes);
  return estimate.done();
}

DspCost float_cost(const isa::DspCombineF32& op, const DspConfig& config, const isa::Machine& machine) {
  const CostedTile a{op.count_y, op.count_x, op.channels, sizeof(float), op.a_y_stride, op.a_x_stride};
  const CostedTile dst = result_tile(op, Element::f32);
  // What b is broadcast over is read once.
  const uint64_t b_rows = op.b_y_stride == 0 ? 1 : op.count_y,
                 b_columns = op.b_x_stride == 0 ? 1 : op.count_x;
  const uint64_t b_bytes = b_rows * b_columns * op.b_channels * sizeof(float);
  Estimate estimate(config, machine, sizeof(float));
  estimate.on_reals();
  estimate.work(static_cast<double>(estimate.vectors(a, dst)), config.float_combine_cycles);
  estimate.operations(dst.elements());
  estimate.reads(op.a, a.total_bytes(), a.total_bytes());
  estimate.reads(op.b, b_bytes, b_bytes);
  estimate.writes(op.dst, dst.total_bytes());
  return estimate.done();
}

DspCost float_cost(const isa::DspFunctionF32& op, const DspConfig& config, const isa::Machine& machine) {
  const bool is_copy = op.function == isa::FloatFunction::copy;
  const double cycles = is_copy ? config.float_combine_cycles : config.float_function_cycles;
  return unary(op, Element::f32, Element::f32, cycles, config, machine).done();
}

namespace {

// The first cell of every window.
template <class Op>
CostedTile window_begins(const Op& op) {
  return {op.count_y,
          op.count_x,
          op.channels,
          sizeof(float),
          int64_t{op.src_y_stride} * op.stride_y,
          int64_t{op.src_x_stride} * op.stride_x};
}

}  // namespace

// A vector holds channels of one position; with a filter per channel, neighbours whose windows are neighbours
// share it.
DspCost float_cost(const isa::DspConvolveF32& op, const DspConfig& config, const isa::Machine& machine) {
  CostedTile src = window_source(op, sizeof(float), op.dilation_y, op.dilation_x);
  if (op.per_channel == 0) src.channels = op.depth;
  const CostedTile dst = result_tile(op, Element::f32);
  const CostedTile step = window_begins(op);
  const uint64_t taps = uint64_t{op.kernel_y} * op.kernel_x * op.depth;
  Estimate estimate(config, machine, sizeof(float));
  estimate.on_reals();
  const uint64_t alone = dst.rows * dst.columns * isa::divide_up(dst.channels, estimate.lanes());
  estimate.work(static_cast<double>(op.per_channel ? estimate.vectors(step, dst) : alone),
                static_cast<double>(taps) * config.float_tap_cycles + config.float_combine_cycles);
  estimate.operations(dst.elements() * taps);
  estimate.reads(op.src, src.total_bytes(), dst.elements() * taps * sizeof(float));
  estimate.reads(op.weights, taps * op.channels * sizeof(float), taps * op.channels * sizeof(float));
  read_lanes(estimate, op.biases, op.channels);
  estimate.writes(op.dst, dst.total_bytes());
  return estimate.done();
}

DspCost float_cost(const isa::DspPoolF32& op, const DspConfig& config, const isa::Machine& machine) {
  const CostedTile src = window_source(op, sizeof(float), op.dilation_y, op.dilation_x);
  const CostedTile dst = result_tile(op, Element::f32);
  const CostedTile step = window_begins(op);
  const uint64_t taps = uint64_t{op.kernel_y} * op.kernel_x;
  Estimate estimate(config, machine, sizeof(float));
  estimate.on_reals();
  estimate.work(static_cast<double>(estimate.vectors(step, dst)),
                static_cast<double>(taps) * config.float_tap_cycles + config.float_combine_cycles);
  estimate.operations(dst.elements() * taps);
  estimate.reads(op.src, src.total_bytes(), dst.elements() * taps * sizeof(float));
  estimate.writes(op.dst, dst.total_bytes());
  return estimate.done();
}

DspCost float_cost(const isa::DspSoftmaxF32& op, const DspConfig& config, const isa::Machine& machine) {
  return unary(op, Element::f32, Element::f32, config.float_softmax_cycles, config, machine).done();
}

}  // namespace mmasim::models
