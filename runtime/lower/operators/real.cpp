#include "runtime/lower/operators/real.h"

#include <algorithm>
#include <stdexcept>

#include "runtime/lower/operators/operators.h"
#include "runtime/lower/operators/tile_steps.h"
#include "runtime/lower/tiles/windows.h"

namespace mmasim::runtime {

namespace {

uint32_t begin_dsp_layer(LoweringContext& context, NodeId id, const char* kind) {
  const auto row = begin_layer(context, id, kind, isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  return row;
}

template <class Instruction>
void set_bounds(Instruction& work, const RealBounds& bounds) {
  work.low = bounds.low, work.high = bounds.high;
}

TensorView as_line(TensorView view) {
  view.dims = {1, 1, view.dims.positions(), view.dims.c};
  return view;
}

// One operand, every element for itself.
template <class Instruction>
void add_single_steps(LoweringContext& context, NodeId id, const Instruction& work, const char* kind) {
  const auto& node = context.graph.nodes[id];
  const TileSteps steps(as_line(context.view(node.inputs[0])), as_line(context.view(node.output)));
  add_tile_steps(context, id, begin_dsp_layer(context, id, kind), steps, work,
                 [](Instruction& each, const Region&, const Region& target, isa::Address) {
                   set_tile(each, target.rows(), target.columns(), target.channels());
                 });
}

void lower_function(LoweringContext& context, NodeId id, const RealPlan& plan) {
  const auto& op = context.graph.nodes[id].op;
  isa::DspFunctionF32 work;
  set_bounds(work, plan);
  if (const auto* prelu = std::get_if<Prelu>(&op)) {
    work.function = isa::FloatFunction::leaky;
    if (context.has_values()) work.alpha = static_cast<float>(prelu->slopes.at(0));
  }
  if (const auto* unary = std::get_if<Unary>(&op)) {
    const bool is_swish = unary->kind == Unary::Kind::hard_swish;
    work.function = unary->kind == Unary::Kind::sigmoid ? isa::FloatFunction::sigmoid
                    : is_swish                          ? isa::FloatFunction::hard_swish
                                                        : isa::FloatFunction::hard_sigmoid;
    work.alpha = static_cast<float>(is_swish ? 1.0 / 6.0 : unary->alpha);
    work.beta = static_cast<float>(is_swish ? 0.5 : unary->beta);
  }
  add_single_steps(context, id, work, "activation");
}

void lower_quantize(LoweringContext& context, NodeId id, const QuantizePlan& plan) {
  const auto& y = context.tensor_plan(context.graph.nodes[id].output);
  isa::DspQuantize work;
  work.dst_type = y.element();
  work.clip_min = y.min(), work.clip_max = y.max();
  if (context.has_values()) {
    work.step = plan.step;
    work.zero_point = static_cast<int32_t>(y.zero_point);
  }
  add_single_steps(context, id, work, "quantize");
}

void lower_dequantize(LoweringContext& context, NodeId id, const DequantizePlan& plan) {
  const auto& x = context.tensor_plan(context.graph.nodes[id].inputs[0]);
  isa::DspDequantize work;
  work.src_type = x.element();
  if (context.has_values()) {
    work.step = plan.step;
    work.zero_point = static_cast<int32_t>(x.zero_point);
  }
  add_single_steps(context, id, work, "dequantize");
}

// Channels of a position together: they share a sum.
void lower_softmax(LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  TileSteps steps(as_line(context.view(node.inputs[0])), as_line(context.view(node.output)));
  steps.cut.c = 1, steps.cut.h = steps.cut.n = 1, steps.cut.w = steps.in.dims.w;
  steps.source = steps.target = [channels = steps.in.dims.c](Region region) {
    region.c1 = channels;
    return region;
  };
  add_tile_steps(context, id, begin_dsp_layer(context, id, "softmax"), steps, isa::DspSoftmaxF32{},
                 [](isa::DspSoftmaxF32& work, const Region& source, const Region&, isa::Address) {
                   set_tile(work, 1, source.columns(), source.channels());
                 });
}

Region window_region(const Window& w, const Region& out) {
  Region in = out;
  in.y0 = out.y0 * w.stride[0] - w.pad[0];
  in.y1 = in.y0 + (out.rows() - 1) * w.stride[0] + (w.kernel[0] - 1) * w.dilation[0] + 1;
  in.x0 = out.x0 * w.stride[1] - w.pad[1];
  in.x1 = in.x0 + (out.columns() - 1) * w.stride[1] + (w.kernel[1] - 1) * w.dilation[1] + 1;
  return in;
}

// Cells of a tile beyond these are none of it: bounds further away say the same.
int32_t bound_in_tile(int64_t cell) {
  return static_cast<int32_t>(std::clamp<int64_t>(cell, INT32_MIN, INT32_MAX));
}

struct CountedCells {  // of the map, with the padding that counts
  int64_t top = 0, bottom = 0, left = 0, right = 0;
};

void set_counted(isa::DspPoolF32& work, const CountedCells& cells, const Region& input) {
  work.valid_y_begin = bound_in_tile(cells.top - input.y0),
  work.valid_y_end = bound_in_tile(cells.bottom - input.y0);
  work.valid_x_begin = bound_in_tile(cells.left - input.x0),
  work.valid_x_end = bound_in_tile(cells.right - input.x0);
}

void lower_pool_of(LoweringContext& context, NodeId id, const RealPlan& plan, const Window& window,
                   isa::FloatPool pool, bool counts_padding) {
  const auto& node = context.graph.nodes[id];
  TileSteps steps(context.view(node.inputs[0]), context.view(node.output));
  const auto& map = steps.in.dims;
  if (std::holds_alternative<GlobalAveragePool>(node.op)) steps.cut = steps.out.dims = {map.n, 1, 1, map.c};
  steps.source = [window](const Region& region) { return window_region(window, region); };
  CountedCells cells{0, map.h, 0, map.w};
  if (counts_padding) cells = {-window.pad[0], map.h + window.pad[2], -window.pad[1], map.w + window.pad[3]};
  isa::DspPoolF32 work;
  work.pool = pool;
  set_bounds(work, plan);
  windows::set_fields(work, {{window.kernel[0], window.stride[0], window.dilation[0]},
                             {window.kernel[1], window.stride[1], window.dilation[1]}});
  add_tile_steps(context, id, begin_dsp_layer(context, id, "pool"), steps, work,
                 [cells](isa::DspPoolF32& each, const Region& source, const Region& target, isa::Address) {
                   set_tile(each, target.rows(), target.columns(), target.channels());
                   set_counted(each, cells, source);
                 });
}

void lower_pool(LoweringContext& context, NodeId id, const RealPlan& plan) {
  const auto& node = context.graph.nodes[id];
  if (const auto* max = std::get_if<MaxPool>(&node.op))
    return lower_pool_of(context, id, plan, max->window, isa::FloatPool::maximum, false);
  if (const auto* average = std::get_if<AveragePool>(&node.op))
    return lower_pool_of(context, id, plan, average->window, isa::FloatPool::average, average->count_padding);
  Window whole;
  const auto& map = context.view(node.inputs[0]).dims;
  whole.kernel = {map.h, map.w};
  lower_pool_of(context, id, plan, whole, isa::FloatPool::average, false);
}

struct RealLowering {
  LoweringContext& context;
  NodeId id;
  const RealPlan& plan;

  void operator()(const Conv&) const { lower_real_linear(context, id, plan); }
  void operator()(const ConvTranspose&) const { lower_real_linear(context, id, plan); }
  void operator()(const Gemm&) const { lower_real_linear(context, id, plan); }
  void operator()(const BatchNorm&) const { lower_real_linear(context, id, plan); }
  void operator()(const Clip&) const { lower_function(context, id, plan); }
  void operator()(const Prelu&) const { lower_function(context, id, plan); }
  void operator()(const Unary&) const { lower_function(context, id, plan); }
  void operator()(const Add&) const { lower_real_pair(context, id, plan); }
  void operator()(const Sub&) const { lower_real_pair(context, id, plan); }
  void operator()(const Mul&) const { lower_real_pair(context, id, plan); }
  void operator()(const MaxPool&) const { lower_pool(context, id, plan); }
  void operator()(const AveragePool&) const { lower_pool(context, id, plan); }
  void operator()(const GlobalAveragePool&) const { lower_pool(context, id, plan); }
  void operator()(const Softmax&) const { lower_softmax(context, id); }
  void operator()(const Concat&) const { lower_concat(context, id); }
  template <class Other>
  void operator()(const Other&) const {
    throw std::logic_error(context.place(id) + ": planned in binary32, which lowering has no way for");
  }
};

}  // namespace

bool is_lowered_in_reals(const NodePlan& plan) {
  return std::holds_alternative<RealPlan>(plan) || std::holds_alternative<QuantizePlan>(plan) ||
         std::holds_alternative<DequantizePlan>(plan);
}

void lower_real(LoweringContext& context, NodeId id) {
  const auto& plan = context.plan.nodes[id];
  if (const auto* quantize = std::get_if<QuantizePlan>(&plan)) return lower_quantize(context, id, *quantize);
  if (const auto* dequantize = std::get_if<DequantizePlan>(&plan))
    return lower_dequantize(context, id, *dequantize);
  std::visit(RealLowering{context, id, std::get<RealPlan>(plan)}, context.graph.nodes[id].op);
}

}  // namespace mmasim::runtime
