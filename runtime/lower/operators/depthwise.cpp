#include "runtime/lower/operators/depthwise.h"

#include "runtime/lower/array/array_work.h"
#include "runtime/lower/tiles/dsp_tile.h"
#include "runtime/lower/tiles/windows.h"

namespace mmasim::runtime {

namespace {

isa::DspDepthwise make_instruction(const LinearLayer& layer) {
  isa::DspDepthwise work;
  work.src_type = input_element(layer), work.weight_type = weight_element(layer);
  work.weight_stride = field(layer.out.dims.c * layer.operand_bytes, "weight_stride");
  return work;
}

WindowAxes axes_of(const LinearLayer& layer) {
  return {{layer.kernel_y, layer.stride_y, layer.dilation_y},
          {layer.kernel_x, layer.stride_x, layer.dilation_x}};
}

Region channels_of(Region region, const Region& output) {
  region.c0 = output.c0, region.c1 = output.c1;
  return region;
}

}  // namespace

void add_depthwise_steps(LoweringContext& context, uint32_t row, const LinearLayer& layer) {
  context.schedule.layers[row].dataflow = "dsp";
  const auto tables = add_lane_tables(
      context, layer, panel_units(layer, context.machine, context.options.rules.groups_per_panel));
  const auto weights_offset = add_depthwise_weights(context, layer);
  const auto weights_bytes = static_cast<uint64_t>(layer.taps() * layer.out.dims.c) * layer.operand_bytes;
  const auto need = [&](const Region& region) {
    const auto input = channels_of(layer.input_region(region), region);
    return static_cast<uint64_t>(input.elements() * layer.in.element_size() +
                                 region.elements() * layer.out.element_size());
  };
  const auto budget = context.tile_budget_bytes(layer.node);
  const auto constants = tables.bytes + weights_bytes + 1024;
  BufferId table_buffer{}, weight_buffer{};
  bool first = true;
  for (const auto& region : cut_regions(layer.out.dims, need, budget > constants ? budget - constants : 0)) {
    auto& step = context.schedule.new_step(row);
    if (first) {
      table_buffer = load_constants(context, step, tables.offset, tables.bytes);
      weight_buffer = load_constants(context, step, weights_offset, weights_bytes);
      first = false;
    }
    step.uses.push_back(table_buffer);
    step.uses.push_back(weight_buffer);
    const auto in = load_tile(context, step, layer.in, channels_of(layer.input_region(region), region),
                              layer.input_zero, layer.spread);
    const auto out = output_tile(context, step, layer.out, region);
    const bool has_values = context.has_values();
    step.compute = [layer, tables, table_buffer, weight_buffer, in, out, region,
                    has_values](StepEmitter& emit) {
      emit.configure(make_stage(layer, tables, emit.address(table_buffer), isa::Unit::dsp, has_values));
      auto work = make_instruction(layer);
      set_tile(work, region.rows(), region.columns(), region.channels());
      set_source(work, emit.address(in.buffer, in.offset), in);
      set_destination(work, emit.address(out.buffer, out.offset), out);
      work.weights = emit.address(weight_buffer) + region.c0 * layer.operand_bytes;
      work.lane = field(region.c0, "lane");
      issue_windows(work, axes_of(layer), [&](const isa::DspDepthwise& each) { emit.issue(each); });
    };
    store_tile(context, step, layer.out, region, out);
  }
}

}  // namespace mmasim::runtime
