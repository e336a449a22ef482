#include "runtime/lower/operators/depthwise.h"

#include <algorithm>
#include <optional>

#include "runtime/lower/array/array_work.h"
#include "runtime/lower/array/window_tile.h"
#include "runtime/lower/tiles/dsp_tile.h"
#include "runtime/lower/tiles/windows.h"

namespace mmasim::runtime {

namespace {

Region channels_of(Region region, const Region& output) {
  region.c0 = output.c0, region.c1 = output.c1;
  return region;
}

Region input_of(const LinearLayer& layer, const Region& output) {
  return channels_of(layer.input_region(output), output);
}

// Weights of some channels, or of all of them for the whole layer.
struct DspWeights {
  uint64_t offset = 0;  // in DDR
  bool in_parts = false;
  BufferId buffer{};
  int64_t c0 = -1, c1 = 0;  // that the buffer holds
};

int64_t taps_bytes(const LinearLayer& layer, int64_t channels) {
  return layer.taps() * channels * layer.operand_bytes;
}

void load_weights(LoweringContext& context, Step& step, const LinearLayer& layer, const Region& region,
                  DspWeights& weights) {
  const auto channels = layer.out.dims.c;
  const Region held = weights.in_parts ? region : whole(layer.out.dims);
  if (weights.c0 == held.c0 && weights.c1 == held.c1) return step.uses.push_back(weights.buffer);
  weights.c0 = held.c0, weights.c1 = held.c1;
  if (!weights.in_parts) {
    weights.buffer =
        load_constants(context, step, weights.offset, static_cast<uint64_t>(taps_bytes(layer, channels)));
    return;
  }
  const auto run = held.channels() * layer.operand_bytes;
  Load load;
  load.channel = Channel::weights;
  load.buffer = weights.buffer = context.schedule.new_buffer(static_cast<uint64_t>(layer.taps() * run));
  isa::DmaCopy copy;
  copy.src = ddr_address(weights.offset + static_cast<uint64_t>(held.c0 * layer.operand_bytes));
  copy.dst = relative(0);
  copy.row_bytes = field(run, "row_bytes");
  copy.n1 = field(layer.taps(), "n1");
  copy.src_stride1 = channels * layer.operand_bytes, copy.dst_stride1 = run;
  load.descriptors.emplace_back(copy);
  step.uses.push_back(load.buffer);
  step.loads.push_back(load);
}

// Where the weights of all channels would leave the tiles too little of L2, each region brings those of its
// own.
struct DepthwiseCut {
  bool weights_in_parts = false;
  std::vector<Region> regions;
};

DepthwiseCut cut(const LoweringContext& context, const LinearLayer& layer, uint64_t table_bytes) {
  DepthwiseCut result;
  const auto budget = context.tile_budget_bytes(layer.node);
  auto constants = table_bytes + static_cast<uint64_t>(taps_bytes(layer, layer.out.dims.c)) + 1024;
  result.weights_in_parts = constants > budget / 2;
  if (result.weights_in_parts) constants = table_bytes + 2048;
  const auto need = [&](const Region& region) {
    const auto held = held_windows(layer, region, input_of(layer, region));
    const auto weights = result.weights_in_parts ? taps_bytes(layer, region.channels()) : 0;
    return static_cast<uint64_t>(held.elements * layer.in.element_size() +
                                 region.elements() * layer.out.element_size() + weights);
  };
  result.regions = cut_regions(layer.out.dims, need, budget > constants ? budget - constants : 0);
  if (result.weights_in_parts) {  // a region's weights stay for those behind it
    std::stable_sort(result.regions.begin(), result.regions.end(),
                     [](const Region& a, const Region& b) { return a.c0 < b.c0; });
  }
  return result;
}

}  // namespace

double estimated_depthwise_cycles(const LoweringContext& context, const LinearLayer& layer,
                                  uint64_t table_bytes) {
  const auto& cost = context.options.cost;
  const auto rate = [&](const TensorView& view) {
    return context.schedule.at(view.storage).space == isa::Space::ddr ? cost.ddr_bytes_per_cycle
                                                                      : cost.l3_bytes_per_cycle;
  };
  double moved = 0;
  const auto regions = cut(context, layer, table_bytes).regions;
  for (const auto& region : regions) {
    const auto input = input_of(layer, region);
    moved += static_cast<double>(held_windows(layer, region, input).elements * layer.in.element_size()) /
             rate(layer.in);
    moved += static_cast<double>(region.elements() * layer.out.element_size()) / rate(layer.out);
  }
  return std::max(moved, depthwise_dsp_cycles(context, layer)) +
         static_cast<double>(regions.size()) * (cost.tile_overhead_cycles + 2.0 * cost.dma_start_cycles);
}

void add_depthwise_steps(LoweringContext& context, uint32_t row, const LinearLayer& layer) {
  context.schedule.layers[row].dataflow = "dsp";
  const auto tables = add_lane_tables(
      context, layer, panel_units(layer, context.machine, context.options.rules.groups_per_panel));
  DspWeights weights;
  weights.offset = add_depthwise_weights(context, layer);
  const auto parts = cut(context, layer, tables.bytes);
  weights.in_parts = parts.weights_in_parts;
  std::optional<BufferId> table_buffer;
  for (const auto& region : parts.regions) {
    auto& step = context.schedule.new_step(row);
    if (!table_buffer) table_buffer = load_constants(context, step, tables.offset, tables.bytes);
    step.uses.push_back(*table_buffer);
    load_weights(context, step, layer, region, weights);
    const auto in = load_windows(context, step, layer, region, input_of(layer, region));
    const auto out = output_tile(context, step, layer.out, region);
    const bool has_values = context.has_values();
    step.compute = [layer, tables, table = *table_buffer, weights, in, out, region,
                    has_values](StepEmitter& emit) {
      emit.configure(make_stage(layer, tables, emit.address(table), isa::Unit::dsp, has_values));
      isa::DspDepthwise work;
      work.src_type = input_element(layer), work.weight_type = weight_element(layer);
      work.weight_stride = field((weights.c1 - weights.c0) * layer.operand_bytes, "weight_stride");
      set_tile(work, region.rows(), region.columns(), region.channels());
      set_source(work, emit.address(in.tile.buffer, in.tile.offset), in.tile);
      set_destination(work, emit.address(out.buffer, out.offset), out);
      work.weights = emit.address(weights.buffer) + (region.c0 - weights.c0) * layer.operand_bytes;
      work.lane = field(region.c0, "lane");
      const WindowAxes axes{{layer.kernel_y, layer.stride_y, in.dilation_y},
                            {layer.kernel_x, layer.stride_x, in.dilation_x}};
      issue_windows(work, axes, [&](const isa::DspDepthwise& each) { emit.issue(each); });
    };
    store_tile(context, step, layer.out, region, out);
  }
}

}  // namespace mmasim::runtime
