#include "runtime/lower/array/linear_layer.h"

#include <stdexcept>

namespace mmasim::runtime {

Region LinearLayer::input_region(const Region& region) const {
  Region input = region;
  input.y0 = region.y0 * stride_y - pad_top, input.y1 = input.y0 + input_rows(region.rows());
  input.x0 = region.x0 * stride_x - pad_left, input.x1 = input.x0 + input_columns(region.columns());
  input.c0 = 0, input.c1 = in.dims.c;
  return input;
}

namespace {

constexpr uint32_t kNarrowAccumulatorBits = 16;

// Positions in a row, whatever they were: a pointwise layer does not care.
void flatten(TensorView& view) { view.dims = {1, 1, view.dims.positions(), view.dims.c}; }

void set_window(LinearLayer& layer, const Window& window) {
  layer.kernel_y = window.kernel[0], layer.kernel_x = window.kernel[1];
  layer.stride_y = window.stride[0], layer.stride_x = window.stride[1];
  layer.dilation_y = window.dilation[0], layer.dilation_x = window.dilation[1];
  layer.pad_top = window.pad[0], layer.pad_left = window.pad[1];
}

void set_groups(LinearLayer& layer, int64_t groups) {
  layer.groups = groups;
  layer.group_in = layer.in.dims.c / groups;
  layer.group_out = layer.out.dims.c / groups;
}

void describe(LinearLayer& layer, const Conv& conv, const ScheduleRules& rules) {
  set_window(layer, conv.window);
  set_groups(layer, conv.groups);
  const auto& w = conv.window;
  const bool pointwise =
      layer.taps() == 1 && layer.stride_y == 1 && layer.stride_x == 1 && w.pad == std::array<int64_t, 4>{};
  if (pointwise && rules.pointwise_spans_lines && !layer.in.planes) flatten(layer.in), flatten(layer.out);
}

// The gradient's view: the input spread by the stride, then a convolution of stride 1 with the filter turned
// about.
void describe(LinearLayer& layer, const ConvTranspose& conv, const ScheduleRules&) {
  set_window(layer, conv.window);
  set_groups(layer, conv.groups);
  layer.spread = {layer.stride_y, layer.stride_x};
  layer.stride_y = layer.stride_x = 1;
  layer.pad_top = (layer.kernel_y - 1) * layer.dilation_y - conv.window.pad[0];
  layer.pad_left = (layer.kernel_x - 1) * layer.dilation_x - conv.window.pad[1];
  layer.transposed_weights = true;
}

void describe(LinearLayer& layer, const Gemm&, const ScheduleRules&) {
  flatten(layer.in), flatten(layer.out);
  set_groups(layer, 1);
}

void describe(LinearLayer& layer, const BatchNorm&, const ScheduleRules&) {
  flatten(layer.in), flatten(layer.out);
  set_groups(layer, layer.in.dims.c);
}

template <class Other>
void describe(LinearLayer&, const Other&, const ScheduleRules&) {
  throw std::logic_error("lower: not a linear operator");
}

// Operands decide which accumulator the machine uses, unless the output stage holds sums to 16 bits: it must
// be the plan's.
void require_accumulator(const LoweringContext& context, const LinearLayer& layer) {
  const auto bits = 8 * isa::element_bytes(isa::accumulator_element(layer.operand_bytes));
  if (layer.plan->accumulator.bits == bits || layer.plan->accumulator.bits == kNarrowAccumulatorBits) return;
  throw std::logic_error(context.place(layer.node) + ": the plan's accumulator has " +
                         std::to_string(layer.plan->accumulator.bits) + " bits, the machine's " +
                         std::to_string(bits));
}

}  // namespace

LinearLayer describe_geometry(const LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  LinearLayer layer;
  layer.node = id;
  layer.in = context.view(node.inputs[0]);
  layer.out = context.view(node.output);
  layer.operand_bytes = isa::element_bytes(layer.in.element);
  layer.input_zero = context.tensor_plan(node.inputs[0]).zero_point;
  std::visit([&](const auto& op) { describe(layer, op, context.options.rules); }, node.op);
  layer.spans_lines = context.options.rules.blocks_span_lines;
  return layer;
}

LinearLayer describe_linear(const LoweringContext& context, NodeId id) {
  LinearLayer layer = describe_geometry(context, id);
  layer.plan = &std::get<LinearPlan>(context.plan.nodes[id]);
  require_accumulator(context, layer);
  return layer;
}

isa::Element input_element(const LinearLayer& layer) { return layer.in.element; }
isa::Element weight_element(const LinearLayer& layer) {
  return isa::operand_element(layer.operand_bytes * 8, true);
}

}  // namespace mmasim::runtime
