#include "runtime/lower/operators/array_steps.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/lower/array/window_tile.h"
#include "runtime/lower/schedule/emitter.h"
#include "runtime/lower/tiles/dsp_tile.h"

namespace mmasim::runtime {

namespace {

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
    const auto row_bytes = static_cast<int64_t>(shared_->machine.array_bytes) * layer().weight_passes();
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

}  // namespace

void add_array_steps(LoweringContext& context, uint32_t row, std::shared_ptr<ArrayLayer> shared,
                     const Tiling& tiling) {
  ArraySteps(context, row, std::move(shared), tiling).add();
}

}  // namespace mmasim::runtime
