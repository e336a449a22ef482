// Steps of a linear layer on the array (or, where that is cheaper, of a depthwise one on the DSP).
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "runtime/lower/array/array_work.h"
#include "runtime/lower/operators/array_steps.h"
#include "runtime/lower/operators/axis_checks.h"
#include "runtime/lower/operators/depthwise.h"
#include "runtime/lower/operators/operators.h"
#include "runtime/lower/tiles/dsp_tile.h"
#include "runtime/user_error.h"

namespace mmasim::runtime {

namespace {

const char* kind_of(const Node& node, const LinearLayer& layer) {
  if (std::holds_alternative<Gemm>(node.op)) return "gemm";
  if (std::holds_alternative<BatchNorm>(node.op)) return "batchnorm";
  if (std::holds_alternative<ConvTranspose>(node.op)) return "conv_transpose";
  if (layer.is_depthwise()) return "depthwise";
  return layer.groups > 1 ? "grouped_conv" : "conv";
}

std::string reason_for_dsp(const LoweringContext& context, const LinearPlan& plan, OutputPath path) {
  if (!plan.weight_zero_points.empty())
    return "the weights' zero point times the sum of inputs is subtracted from raw accumulators";
  if (!plan.intermediate.empty()) return "sums are rounded to 16 bits before their bias is added";
  if (!plan.late_bias.empty()) return "a bias is added behind the multiplier";
  if (path == OutputPath::stage_clip) return "the array's output stage has no programmable clip";
  return "the array's output stage cannot requantize as " + context.plan.name +
         " asks (multiplier, per-channel shift or zero point)";
}

void report_fallback(LoweringContext& context, NodeId node, OutputPath path) {
  if (path == OutputPath::stage) return;
  const auto& plan = std::get<LinearPlan>(context.plan.nodes[node]);
  context.fallbacks.push_back({context.graph.nodes[node].name, reason_for_dsp(context, plan, path), "DSP"});
}

// A network whose values grow or vanish from layer to layer can ask for more than the array's output stage
// has.
void require_shifts(const LoweringContext& context, NodeId id, const LinearLayer& layer, OutputPath path) {
  if (path == OutputPath::raw || !context.has_values()) return;
  for (const auto shift : layer.plan->requant.shifts) {
    if (shift <= static_cast<int64_t>(context.machine.max_shift)) continue;
    throw UserError(context.place(id) + ": its scales ask for a right shift by " + std::to_string(shift) +
                    "; the machine's output stage shifts by at most " +
                    std::to_string(context.machine.max_shift));
  }
}

// One input channel for each output channel, and no more than one sum and one rounding: the DSP can do it as
// well.
bool is_channel_wise(const LinearLayer& layer) {
  const bool has_bytes_of_weights = layer.weight_passes() > 1;  // which the array alone takes
  return layer.group_in == 1 && layer.group_out == 1 && !layer.is_finished_by_steps() &&
         !has_bytes_of_weights;
}

bool suits_dsp(const LoweringContext& context, const LinearLayer& layer,
               const std::vector<PanelUnit>& units) {
  const auto& out = layer.out.dims;
  return is_channel_wise(layer) && depthwise_dsp_cycles(context, layer) <
                                       array_cycles(layer, units, context.machine, out.n, out.h, out.w);
}

// Unless a tiling fetches so often that the DSP, slower at computing, would be done well before.
bool is_worth_the_array(const LoweringContext& context, const LinearLayer& layer,
                        const std::optional<Tiling>& tiling, uint64_t table_bytes) {
  constexpr double kWellBefore = 1.5;
  return tiling && tiling->cycles <= kWellBefore * estimated_depthwise_cycles(context, layer, table_bytes);
}

// Smallest and largest of the whole input, tile by tile, and the grid over them.
void add_range_steps(LoweringContext& context, NodeId id, uint32_t row, TensorView view, BufferId grid) {
  const auto need = [](const Region& region) { return static_cast<uint64_t>(region.elements() * 4); };
  view.dims = {1, 1, view.dims.positions(), view.dims.c};
  bool begins = true;
  for (const auto& region : cut_regions(view.dims, need, context.tile_budget_bytes(id) / 2)) {
    auto& step = context.schedule.new_step(row);
    if (begins) step.allocates.push_back(grid);
    step.uses.push_back(grid);
    const auto tile = load_tile(context, step, view, region, 0);
    step.compute = [=](StepEmitter& emit) {
      isa::DspRange work;
      work.begins = begins ? 1 : 0;
      work.dst = emit.address(grid);
      set_tile(work, 1, region.columns(), region.channels());
      set_source(work, emit.address(tile.buffer, tile.offset), tile);
      emit.issue(work);
    };
    begins = false;
  }
}

// Steps, sums of the weights and biases, one of each per output channel.
uint64_t add_dynamic_tables(LoweringContext& context, const LinearLayer& layer, const DynamicPlan& plan) {
  const auto channels = static_cast<size_t>(layer.out.dims.c), bytes = 4 * channels;
  const auto depth = static_cast<size_t>(layer.group_in * layer.taps());
  const std::string name = context.graph.nodes[layer.node].name + ":steps";
  return context.constants.add(name, 3 * bytes, [&](uint8_t* data) {
    for (size_t c = 0; c < channels; ++c) {
      int32_t sum = 0;
      for (size_t k = 0; k < depth; ++k) sum += static_cast<int32_t>(plan.product.weights.at(c * depth + k));
      std::memcpy(data + 4 * c, &plan.steps[plan.steps.size() == 1 ? 0 : c], 4);
      std::memcpy(data + bytes + 4 * c, &sum, 4);
      std::memcpy(data + 2 * bytes + 4 * c, &plan.bias[c], 4);
    }
  });
}

std::shared_ptr<ArrayLayer> dynamic_layer(LoweringContext& context, NodeId id, const DynamicPlan& plan) {
  auto shared = std::make_shared<ArrayLayer>();
  LinearLayer& layer = shared->layer;
  layer = describe_geometry(context, id);
  shared->dynamic = DynamicLayer{};
  shared->dynamic->real_in = layer.in;
  shared->dynamic->bounds = plan;
  layer.in.element = isa::Element::u8;
  layer.operand_bytes = 1, layer.real_bytes = 4;
  layer.plan = &plan.product;
  shared->path = OutputPath::raw;
  shared->machine = context.machine;
  shared->has_values = context.has_values();
  return shared;
}

}  // namespace

void lower_dynamic(LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto& plan = std::get<DynamicPlan>(context.plan.nodes[id]);
  auto shared = dynamic_layer(context, id, plan);
  const auto& layer = shared->layer;
  require_tables(context, layer);
  shared->units = panel_units(layer, context.machine, context.options.rules.groups_per_panel);
  const auto row = begin_layer(context, id, kind_of(node, layer), isa::Setup::heavy);
  context.schedule.layers[row].precision = "int8";
  context.fallbacks.push_back(
      {node.name, "its input is quantized at run time, and its sums become reals", "DSP"});
  shared->tables = add_lane_tables(context, layer, shared->units);
  auto& dynamic = *shared->dynamic;
  dynamic.table_bytes = 4 * static_cast<uint64_t>(layer.out.dims.c);
  dynamic.tables_offset = add_dynamic_tables(context, layer, plan);
  dynamic.grid = context.schedule.new_buffer(16);
  add_range_steps(context, id, row, dynamic.real_in, dynamic.grid);
  const auto held = shared->tables.bytes + 3 * dynamic.table_bytes + 1024;
  const auto tiling =
      choose_tiling(context, layer, shared->units, held, shared->path, context.tile_budget_bytes(id));
  if (!tiling) throw OutOfScratchpad("no tiling of layer '" + node.name + "' fits into L2");
  context.schedule.layers[row].dataflow = dataflow_name(tiling->dataflow);
  add_array_steps(context, row, shared, *tiling);
}

void lower_linear(LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  auto shared = std::make_shared<ArrayLayer>();
  shared->layer = describe_linear(context, id);
  shared->machine = context.machine;
  shared->has_values = context.has_values();
  const auto& layer = shared->layer;
  require_tables(context, layer);
  shared->units = panel_units(layer, context.machine, context.options.rules.groups_per_panel);
  shared->path = output_path(context, layer);
  context.accumulator_proven = context.accumulator_proven && accumulators_hold(context, layer);
  const auto row = begin_layer(context, id, kind_of(node, layer), isa::Setup::heavy);
  if (layer.weight_passes() > 1) context.schedule.layers[row].precision = "mixed";
  const auto budget = context.tile_budget_bytes(id);
  const auto table_bytes = lane_tables(layer, shared->units).bytes;
  std::optional<Tiling> tiling;
  if (!suits_dsp(context, layer, shared->units)) {
    tiling = choose_tiling(context, layer, shared->units, table_bytes, shared->path, budget);
    if (is_channel_wise(layer) && !is_worth_the_array(context, layer, tiling, table_bytes)) tiling.reset();
  }
  if (!tiling && is_channel_wise(layer)) return add_depthwise_steps(context, row, layer);
  if (!tiling) throw OutOfScratchpad("no tiling of layer '" + node.name + "' fits into L2");
  require_shifts(context, id, layer, shared->path);
  shared->tables = add_lane_tables(context, layer, shared->units);
  report_fallback(context, id, shared->path);
  context.schedule.layers[row].dataflow = dataflow_name(tiling->dataflow);
  add_array_steps(context, row, shared, *tiling);
}

}  // namespace mmasim::runtime
