// Pools on the DSP: windows whole where L2 holds them, else in pieces (pool_pieces.h).
#include <algorithm>

#include "runtime/lower/operators/operators.h"
#include "runtime/lower/operators/pool_pieces.h"
#include "runtime/lower/operators/tile_steps.h"
#include "runtime/lower/tiles/windows.h"

namespace mmasim::runtime {

namespace {

Region window_region(const Window& w, const Region& out) {
  Region in = out;
  in.y0 = out.y0 * w.stride[0] - w.pad[0],
  in.y1 = in.y0 + (out.rows() - 1) * w.stride[0] + (w.kernel[0] - 1) * w.dilation[0] + 1;
  in.x0 = out.x0 * w.stride[1] - w.pad[1],
  in.x1 = in.x0 + (out.columns() - 1) * w.stride[1] + (w.kernel[1] - 1) * w.dilation[1] + 1;
  return in;
}

bool is_padded(const Window& w) { return w.pad != std::array<int64_t, 4>{}; }

uint64_t reciprocals_bytes(const Window& w) {
  return is_padded(w) ? static_cast<uint64_t>(w.kernel[0] * w.kernel[1]) * 8 : 0;
}

WindowAxes axes_of(const Window& w) {
  return {{w.kernel[0], w.stride[0], w.dilation[0]}, {w.kernel[1], w.stride[1], w.dilation[1]}};
}

struct PoolTiles {
  TensorView in, out;
  Window window;
  int64_t pad_value = 0;
};

// set(instruction, input region, constants) finishes each instruction.
template <class Instruction, class Set>
void add_pool_steps(LoweringContext& context, NodeId id, uint32_t row, const PoolTiles& pool,
                    const Instruction& prototype, const std::optional<ConstantTable>& table, Set set) {
  TileSteps steps(pool.in, pool.out);
  steps.source = [window = pool.window](const Region& region) { return window_region(window, region); };
  steps.pad_value = pool.pad_value;
  steps.table = table;
  add_tile_steps(
      context, id, row, steps, prototype,
      [=](Instruction& work, const Region& source, const Region& target, isa::Address at) {
        set_tile(work, target.rows(), target.columns(), target.channels());
        set(work, source, at);
      },
      [axes = axes_of(pool.window)](StepEmitter& emit, const Instruction& tile) {
        issue_windows(tile, axes, [&](const Instruction& work) { emit.issue(work); });
      });
}

void lower_max(LoweringContext& context, NodeId id, uint32_t row, const PoolTiles& tiles) {
  isa::DspPoolMax work;
  work.type = tiles.in.element;
  add_pool_steps(context, id, row, tiles, work, std::nullopt,
                 [](isa::DspPoolMax&, const Region&, isa::Address) {});
}

// Cells of a tile beyond these are none of it: bounds further away say the same.
int32_t bound_in_tile(int64_t cell) {
  return static_cast<int32_t>(std::clamp<int64_t>(cell, INT32_MIN, INT32_MAX));
}

void lower_average(LoweringContext& context, NodeId id, uint32_t row, const PoolTiles& tiles,
                   bool count_padding) {
  const auto& plan = std::get<PoolPlan>(context.plan.nodes[id]);
  isa::DspPoolAverage work;
  work.src_type = tiles.in.element, work.dst_type = tiles.out.element;
  work.src_zero = tiles.pad_value;
  set_finish(work, plan.requant, context.has_values());
  // One reciprocal where every window counts the same cells: structure, so it follows from the window
  // alone.
  const auto cells = static_cast<uint64_t>(tiles.window.kernel[0] * tiles.window.kernel[1]);
  std::optional<ConstantTable> table;
  if (is_padded(tiles.window))
    table = add_table(context, plan.reciprocals, cells, 8);
  else if (context.has_values())
    work.reciprocal = plan.reciprocals.back();
  const auto dims = tiles.in.dims;
  const auto pad = tiles.window.pad;
  add_pool_steps(context, id, row, tiles, work, table,
                 [=](isa::DspPoolAverage& pool, const Region& input, isa::Address at) {
                   pool.reciprocals = at;
                   const auto top = count_padding ? -pad[0] : 0, left = count_padding ? -pad[1] : 0;
                   const auto bottom = dims.h + (count_padding ? pad[2] : 0),
                              right = dims.w + (count_padding ? pad[3] : 0);
                   pool.valid_y_begin = bound_in_tile(top - input.y0),
                   pool.valid_y_end = bound_in_tile(bottom - input.y0);
                   pool.valid_x_begin = bound_in_tile(left - input.x0),
                   pool.valid_x_end = bound_in_tile(right - input.x0);
                 });
}

bool covers_map(const Window& w, const Dims& map) {
  return w.kernel[0] == map.h && w.kernel[1] == map.w && !is_padded(w) &&
         w.dilation == std::array<int64_t, 2>{1, 1};
}

// A window of the whole map too long for an instruction: the order of its cells is nothing to it, so the
// map may be one line. Cells beyond the map hold pad_value, which adds nothing to a sum.
void see_map_as_line(PoolTiles& tiles, bool is_sum) {
  const bool fits = holds<uint16_t>(tiles.window.kernel[0]) && holds<uint16_t>(tiles.window.kernel[1]);
  if (fits || !covers_map(tiles.window, tiles.in.dims)) return;
  const auto cells = tiles.in.dims.h * tiles.in.dims.w;
  tiles.in.dims = {tiles.in.dims.n, 1, cells, tiles.in.dims.c};
  tiles.window.kernel = {1, is_sum ? next_count_of_lines(cells) : cells};
  tiles.window.stride = {1, 1};
}

// Whether windows go in pieces: where not even one fits, and where one of all channels does not and no two
// overlap, as fewer channels would leave runs of memory too short.
bool goes_in_pieces(const LoweringContext& context, NodeId id, const PoolTiles& tiles, uint64_t table_bytes) {
  const auto budget = context.tile_budget_bytes(id);
  const auto need = [&](int64_t channels) {
    const Region one{0, 1, 0, 1, 0, 1, 0, channels};
    return static_cast<uint64_t>(window_region(tiles.window, one).elements() * tiles.in.element_size() +
                                 channels * tiles.out.element_size()) +
           (table_bytes > 0 ? table_bytes + 1024 : 0);
  };
  const auto& w = tiles.window;
  const auto apart = [&](int axis, int64_t positions) {
    return positions == 1 || w.stride[axis] > (w.kernel[axis] - 1) * w.dilation[axis];
  };
  const bool overlap = !apart(0, tiles.out.dims.h) || !apart(1, tiles.out.dims.w);
  return need(1) > budget || (!overlap && need(tiles.in.dims.c) > budget);
}

void lower_max_pool(LoweringContext& context, NodeId id, uint32_t row, PoolTiles tiles) {
  if (goes_in_pieces(context, id, tiles, 0))
    return add_max_pieces(context, id, row, {tiles.in, tiles.out, tiles.window, tiles.pad_value, false});
  see_map_as_line(tiles, false);
  lower_max(context, id, row, tiles);
}

void lower_average_pool(LoweringContext& context, NodeId id, uint32_t row, PoolTiles tiles,
                        bool count_padding) {
  if (goes_in_pieces(context, id, tiles, reciprocals_bytes(tiles.window))) {
    return add_average_pieces(context, id, row,
                              {tiles.in, tiles.out, tiles.window, tiles.pad_value, count_padding});
  }
  see_map_as_line(tiles, true);
  lower_average(context, id, row, tiles, count_padding);
}

}  // namespace

void lower_pool(LoweringContext& context, NodeId id) {
  const auto& node = context.graph.nodes[id];
  const auto row = begin_layer(context, id, "pool", isa::Setup::light);
  context.schedule.layers[row].dataflow = "dsp";
  PoolTiles tiles{context.view(node.inputs[0]), context.view(node.output), {}, 0};
  const auto& input = context.tensor_plan(node.inputs[0]);
  if (const auto* max = std::get_if<MaxPool>(&node.op)) {
    tiles.window = max->window;
    tiles.pad_value = input.min();
    return lower_max_pool(context, id, row, tiles);
  }
  tiles.pad_value = input.zero_point;
  if (const auto* average = std::get_if<AveragePool>(&node.op)) {
    tiles.window = average->window;
    return lower_average_pool(context, id, row, tiles, average->count_padding);
  }
  tiles.window.kernel = {tiles.in.dims.h, tiles.in.dims.w};
  tiles.out.dims = {tiles.in.dims.n, 1, 1, tiles.in.dims.c};  // whether the network keeps the axes or not
  lower_average_pool(context, id, row, tiles, false);
}

}  // namespace mmasim::runtime
