// Steps of a linear layer on the array (or, where that is cheaper, of a depthwise one on the DSP).
#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "runtime/lower/array/array_work.h"
#include "runtime/lower/array/window_tile.h"
#include "runtime/lower/operators/axis_checks.h"
#include "runtime/lower/operators/depthwise.h"
#include "runtime/lower/operators/operators.h"
#include "runtime/lower/schedule/emitter.h"
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

// A tile of reals on its way to the array.
struct TileQuantization {
  Tile from, to;
  Region region;
  BufferId grid{};

  void issue(StepEmitter& emit) const {
    isa::DspQuantize work;
    work.grid = emit.address(grid);
    work.clip_max = 255;
    set_tile(work, region.rows(), region.columns(), region.channels());
    for (int64_t frame = 0; frame < region.frames(); ++frame) {
      set_source(work, emit.address(from.buffer, from.offset) + frame * from.pitch_n, from);
      set_destination(work, emit.address(to.buffer) + frame * to.pitch_n, to);
      emit.issue(work);
    }
  }
};

class ArraySteps {
 public:
  ArraySteps(LoweringContext& context, uint32_t row, std::shared_ptr<ArrayLayer> shared, const Tiling& tiling)
      : context_(context), row_(row), shared_(std::move(shared)), tiling_(tiling) {
    panels_offset_ = add_panels(context_, layer(), shared_->units);
    cut_tiles();
    for (size_t first = 0; first < shared_->units.size(); first += tiling_.units) {
      const auto end = std::min(first + static_cast<size_t>(tiling_.units), shared_->units.size());
      chunks_.push_back({BufferId{}, first, end, shared_->units[first].offset});
    }
  }

  void add() {
    switch (tiling_.dataflow) {
      case Dataflow::weights_resident:
        return add_resident();
      case Dataflow::weights_outer:
        return add_outer();
      case Dataflow::weights_streamed:
        return add_streamed();
      case Dataflow::depth_split:
        return add_split();
      case Dataflow::taps_split:
        return add_taps();
    }
  }

 private:
  const LinearLayer& layer() const { return shared_->layer; }

  void cut_tiles() {
    const auto& out = layer().out.dims;
    for (int64_t n = 0; n < out.n; n += tiling_.frames) {
      for (int64_t y = 0; y < out.h; y += tiling_.rows) {
        for (int64_t x = 0; x < out.w; x += tiling_.columns) {
          tiles_.push_back({n, std::min(n + tiling_.frames, out.n), y, std::min(y + tiling_.rows, out.h), x,
                            std::min(x + tiling_.columns, out.w), 0, out.c});
        }
      }
    }
  }

  // The first step of a layer also fetches the lane tables.
  Step& new_step() {
    auto& step = context_.schedule.new_step(row_);
    if (first_step_) {
      shared_->table_buffer = load_constants(context_, step, shared_->tables.offset, shared_->tables.bytes);
      if (shared_->dynamic) {
        auto& dynamic = *shared_->dynamic;
        dynamic.tables = load_constants(context_, step, dynamic.tables_offset, 3 * dynamic.table_bytes);
      }
      first_step_ = false;
    }
    step.uses.push_back(shared_->table_buffer);
    if (shared_->dynamic) {
      step.uses.push_back(shared_->dynamic->grid);
      step.uses.push_back(shared_->dynamic->tables);
    }
    if (shared_->path == OutputPath::raw) {
      const auto positions = std::min(tiling_.frames * tiling_.rows * tiling_.columns,
                                      raw_positions(shared_->machine, layer().operand_bytes));
      work_.scratch = context_.schedule.new_buffer(scratch_bytes(shared_->machine, layer(), positions));
      step.allocates.push_back(work_.scratch);
    }
    return step;
  }

  void begin_tile(Step& step, const Region& region) {
    work_.shared = shared_;
    const auto input = layer().input_region(region);
    if (shared_->dynamic) {
      begin_quantized_tile(step, input);
      work_.dilation_y = layer().dilation_y, work_.dilation_x = layer().dilation_x;
    } else {
      const auto windows = load_windows(context_, step, layer(), region, input);
      work_.in = windows.tile;
      work_.dilation_y = windows.dilation_y, work_.dilation_x = windows.dilation_x;
    }
    begin_output(step, region);
  }
  // Reals come in with a padding of 0, and are integers before the array sees them.
  void begin_quantized_tile(Step& step, const Region& input) {
    const auto reals = load_tile(context_, step, shared_->dynamic->real_in, input, 0);
    Tile& tile = work_.in;
    tile = {};
    tile.pitch_c = 1, tile.pitch_x = input.channels();
    tile.pitch_y = input.columns() * tile.pitch_x, tile.pitch_n = input.rows() * tile.pitch_y;
    tile.buffer = context_.schedule.new_buffer(static_cast<uint64_t>(input.elements()));
    step.allocates.push_back(tile.buffer);
    quantization_ = TileQuantization{reals, tile, input, shared_->dynamic->grid};
  }
  void begin_output(Step& step, const Region& region) {
    work_.region = region;
    work_.out = output_tile(context_, step, layer().out, region);
  }
  void use_tile(Step& step) const {
    step.uses.push_back(work_.in.buffer);
    step.uses.push_back(work_.out.buffer);
  }
  void fetch(Step& step, WeightBuffer& chunk) {
    const auto& last = shared_->units[chunk.end_unit - 1];
    chunk.buffer = load_constants(context_, step, panels_offset_ + chunk.offset,
                                  last.offset + last.bytes - chunk.offset);
  }
  // Several chunks in one step: one after another.
  void compute(Step& step, const std::vector<WeightBuffer>& chunks) {
    std::vector<ArrayWork> works;
    for (const auto& chunk : chunks) {
      step.uses.push_back(chunk.buffer);
      works.push_back(work_);
      works.back().weights = chunk;
    }
    step.compute = [works, quantization = std::exchange(quantization_, {})](StepEmitter& emit) {
      if (quantization) quantization->issue(emit);
      for (const auto& work : works) work.run_units(emit);
    };
  }

  void add_resident() {
    for (size_t t = 0; t < tiles_.size(); ++t) {
      if (t > 0) {
        auto& step = new_step();
        begin_tile(step, tiles_[t]);
        compute(step, chunks_);
        store_tile(context_, step, layer().out, tiles_[t], work_.out);
        continue;
      }
      add_chunk_by_chunk(tiles_[t]);
    }
  }

  void add_streamed() {
    for (const auto& tile : tiles_) add_chunk_by_chunk(tile);
  }

  void add_chunk_by_chunk(const Region& tile) {
    for (auto& chunk : chunks_) {
      auto& step = new_step();
      fetch(step, chunk);
      if (chunk.first_unit == 0) begin_tile(step, tile);
      use_tile(step);
      compute(step, {chunk});
      if (chunk.end_unit == shared_->units.size()) store_tile(context_, step, layer().out, tile, work_.out);
    }
  }

  void add_outer() {
    for (auto& chunk : chunks_) {
      for (size_t t = 0; t < tiles_.size(); ++t) {
        auto& step = new_step();
        if (t == 0) fetch(step, chunk);
        auto region = tiles_[t];
        region.c0 = shared_->units[chunk.first_unit].out_channel;
        const auto& last = shared_->units[chunk.end_unit - 1];
        region.c1 = last.out_channel + last.columns;
        if (tiles_.size() > 1 || chunk.first_unit == 0)
          begin_tile(step, region);
        else
          begin_output(step, region);
        use_tile(step);
        compute(step, {chunk});
        store_tile(context_, step, layer().out, region, work_.out);
      }
    }
  }

  void add_split() {
    for (const auto& tile : tiles_) {
      for (size_t unit = 0; unit < shared_->units.size(); ++unit) {
        const auto depth = shared_->units[unit].depth(layer());
        for (int64_t k = 0; k < depth; k += tiling_.depth)
          add_piece(tile, unit, k, std::min(k + tiling_.depth, depth), depth);
      }
    }
  }

  void add_taps() {
    for (const auto& tile : tiles_) {
      for (size_t unit = 0; unit < shared_->units.size(); ++unit) {
        for (int64_t tap = 0; tap < layer().taps(); ++tap) {
          const auto channels = shared_->units[unit].depth_channels;
          for (int64_t c = 0; c < channels; c += tiling_.depth)
            add_tap(tile, unit, tap, {c, std::min(c + tiling_.depth, channels)});
        }
      }
    }
  }

  // Some channels of a tap, of features and of weights; channels count from the unit's first.
  void add_tap(const Region& tile, size_t unit, int64_t tap, Channels channels) {
    const auto& panels = shared_->units[unit];
    const bool is_first = unit == 0 && tap == 0 && channels.begin == 0;
    auto& step = new_step();
    const auto begin = tap * panels.depth_channels + channels.begin;
    const DepthPiece piece{begin, begin + channels.end - channels.begin, DepthPiece::Features::pieces};
    auto weights = load_piece(step, unit, piece);
    const Channels inputs{panels.in_channel + channels.begin, panels.in_channel + channels.end};
    work_.shared = shared_;
    work_.in = load_tile(context_, step, layer().in,
                         tap_region(layer(), tile, {tap / layer().kernel_x, tap % layer().kernel_x}, inputs),
                         layer().input_zero, layer().spread);
    if (is_first) begin_output(step, tile);
    compute_piece(step, weights, piece);
    const bool is_last = unit + 1 == shared_->units.size() && piece.end == panels.depth(layer());
    if (is_last) store_tile(context_, step, layer().out, tile, work_.out);
  }

  WeightBuffer load_piece(Step& step, size_t unit, const DepthPiece& piece) {
    const auto row_bytes = static_cast<int64_t>(shared_->machine.array_bytes);
    WeightBuffer weights{BufferId{}, unit, unit + 1, shared_->units[unit].offset};
    weights.buffer = load_constants(
        context_, step, panels_offset_ + weights.offset + static_cast<uint64_t>(piece.begin * row_bytes),
        static_cast<uint64_t>((piece.end - piece.begin) * row_bytes));
    return weights;
  }

  void compute_piece(Step& step, const WeightBuffer& weights, const DepthPiece& piece) {
    use_tile(step);
    auto work = work_;
    work.weights = weights, work.piece = piece;
    step.compute = [work, quantization = std::exchange(quantization_, {})](StepEmitter& emit) {
      if (quantization) quantization->issue(emit);
      work.run_units(emit);
    };
  }

  void add_piece(const Region& tile, size_t unit, int64_t begin, int64_t end, int64_t depth) {
    auto& step = new_step();
    const DepthPiece piece{begin, end, DepthPiece::Features::whole};
    const auto weights = load_piece(step, unit, piece);
    if (unit == 0 && begin == 0) begin_tile(step, tile);
    compute_piece(step, weights, piece);
    if (unit + 1 == shared_->units.size() && end == depth)
      store_tile(context_, step, layer().out, tile, work_.out);
  }

  LoweringContext& context_;
  const uint32_t row_;
  std::shared_ptr<ArrayLayer> shared_;
  const Tiling tiling_;
  uint64_t panels_offset_ = 0;
  std::vector<Region> tiles_;
  std::vector<WeightBuffer> chunks_;
  ArrayWork work_;
  std::optional<TileQuantization> quantization_;  // that the next step begins with
  bool first_step_ = true;
};

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
  return layer.group_in == 1 && layer.group_out == 1 && !layer.is_finished_by_steps();
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
  ArraySteps(context, row, shared, *tiling).add();
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
  ArraySteps(context, row, shared, *tiling).add();
}

}  // namespace mmasim::runtime
