#include "runtime/lower/array/tiling.h"

#include <algorithm>

#include "runtime/lower/array/window_tile.h"

namespace mmasim::runtime {

const char* dataflow_name(Dataflow dataflow) {
  switch (dataflow) {
    case Dataflow::weights_resident:
      return "weights-resident";
    case Dataflow::weights_outer:
      return "weights-outer";
    case Dataflow::weights_streamed:
      return "weights-streamed";
    case Dataflow::depth_split:
      return "depth-split";
    case Dataflow::taps_split:
      return "taps-split";
  }
  return "";
}

uint64_t raw_bytes(const isa::Machine& machine, uint32_t operand_bytes, int64_t positions) {
  const auto lanes =
      machine.panel(operand_bytes) * isa::element_bytes(isa::accumulator_element(operand_bytes));
  return static_cast<uint64_t>(positions) * lanes;
}

uint64_t scratch_bytes(const isa::Machine& machine, const LinearLayer& layer, int64_t positions) {
  const uint64_t between = layer.rounds_twice()     ? sizeof(int16_t)
                           : layer.adds_bias_late() ? sizeof(int64_t)
                                                    : 0;
  return raw_bytes(machine, layer.operand_bytes, positions) +
         static_cast<uint64_t>(positions) * machine.panel(layer.operand_bytes) * between;
}

int64_t raw_positions(const isa::Machine& machine, uint32_t operand_bytes) {
  const auto fit = machine.l2_bytes / 8 / raw_bytes(machine, operand_bytes, 1);
  return std::clamp<int64_t>(static_cast<int64_t>(fit), 16, 256);
}

OutputPath output_path(const LoweringContext& context, const LinearLayer& layer) {
  const auto& requant = layer.plan->requant;
  const auto& machine = context.machine;
  // Multipliers of 31 bits on 128-bit accumulators need shifts beyond any stage's.
  const bool multiplier_can = machine.multiplier_bits >= requant.multiplier_bits && layer.operand_bytes < 4;
  const bool stage_can =
      (!requant.has_multiplier || multiplier_can) && (!requant.per_channel || machine.per_lane_shift != 0) &&
      (!requant.has_zero_point || machine.has_output_zero_point != 0) && !layer.is_finished_by_steps() &&
      (requant.rounding == isa::Rounding::half_up || machine.half_up_only == 0);
  if (!stage_can) return OutputPath::raw;
  return requant.needs_clip && machine.has_output_clip == 0 ? OutputPath::stage_clip : OutputPath::stage;
}

std::vector<int64_t> tile_sizes(int64_t extent) {
  std::vector<int64_t> sizes;
  for (int64_t size = 1; size < extent; size = size < 4 ? size + 1 : size * 3 / 2) sizes.push_back(size);
  sizes.push_back(extent);
  return sizes;
}

// Per block of S positions and panel: S rows, one per cycle, as long as the next panel takes to load.
double array_cycles(const LinearLayer& layer, const std::vector<PanelUnit>& units,
                    const isa::Machine& machine, int64_t frames, int64_t rows, int64_t columns) {
  const int64_t panel = machine.panel(layer.operand_bytes);
  const auto lines = layer.spans_lines ? 1 : frames * rows;
  const auto positions = layer.spans_lines ? frames * rows * columns : columns;
  const auto panels_of = [&](int64_t elements) { return (elements + panel - 1) / panel; };
  const auto blocks = panels_of(positions);
  double cycles = 0;
  for (const auto& unit : units) {
    cycles += static_cast<double>(blocks * panels_of(unit.depth(layer)) * layer.weight_passes() * panel);
  }
  return cycles * static_cast<double>(lines);
}

double depthwise_dsp_cycles(const LoweringContext& context, const LinearLayer& layer) {
  const auto macs = static_cast<double>(layer.out.dims.elements() * layer.taps());
  return macs * layer.operand_bytes / context.options.cost.dsp_macs_per_cycle;
}

namespace {

// One candidate, judged.
class Judge {
 public:
  Judge(const LoweringContext& context, const LinearLayer& layer, const std::vector<PanelUnit>& units,
        uint64_t tables, OutputPath path, uint64_t budget)
      : context_(context), layer_(layer), units_(units), tables_(tables), path_(path), budget_(budget) {
    weight_bytes_ = units.back().offset + units.back().bytes;
    for (const auto& unit : units) largest_unit_ = std::max(largest_unit_, unit.bytes);
  }

  void consider(Tiling tiling) {
    measure(tiling);
    for (const bool tiles_twice : {true, false}) {
      for (const bool weights_twice : {true, false}) {
        const Overlap overlap{tiles_twice, weights_twice};
        const auto need = l2_need(tiling, overlap);
        if (need > budget_) continue;
        tiling.cycles = estimate(tiling, overlap);
        // Of two that are about as fast, the one that leaves more of L2 to the weights of layers behind it.
        constexpr double kHeldShare = 0.05;
        tiling.cycles += kHeldShare * static_cast<double>(need) / context_.options.cost.ddr_bytes_per_cycle;
        if (!best_ || tiling.cycles < best_->cycles) best_ = tiling;
      }
    }
  }
  const std::optional<Tiling>& best() const { return best_; }

 private:
  struct Overlap {  // which buffers exist twice, so that their transfers run beside compute
    bool tiles, weights;
  };

  void measure(const Tiling& t) {
    const auto& out = layer_.out.dims;
    tiles_ =
        isa::divide_up(out.n, t.frames) * isa::divide_up(out.h, t.rows) * isa::divide_up(out.w, t.columns);
    chunks_ = isa::divide_up(units_.size(), t.units);
    positions_ = t.frames * t.rows * t.columns;
    const Region region{0, t.frames, 0, t.rows, 0, t.columns, 0, out.c};
    const auto input = t.dataflow == Dataflow::taps_split ? tap_region(layer_, region, {0, 0}, {0, t.depth})
                                                          : layer_.input_region(region);
    const auto elements =
        static_cast<uint64_t>(layer_.real_bytes > 0 ? input.elements() : held_elements(t, region, input));
    in_bytes_ = lies_in_l2(context_, layer_.in, whole_input(input), layer_.spread)
                    ? 0
                    : elements * layer_.operand_bytes;
    in_run_cycles_ = in_bytes_ > 0 && in_ddr(layer_.in) ? run_cycles(t, input) : 0;
    if (layer_.real_bytes > 0) in_bytes_ = in_bytes_ * layer_.real_bytes + elements * layer_.operand_bytes;
    const bool out_resident = context_.schedule.at(layer_.out.storage).is_resident();
    out_bytes_ = out_resident ? 0 : static_cast<uint64_t>(region.elements() * layer_.out.element_size());
    if (t.dataflow == Dataflow::weights_outer)
      out_bytes_ = isa::divide_up(out_bytes_ * t.units, units_.size());
    chunk_bytes_ = std::min<uint64_t>(weight_bytes_, largest_unit_ * static_cast<uint64_t>(t.units));
    if (has_pieces(t))
      chunk_bytes_ = static_cast<uint64_t>(t.depth * layer_.weight_passes()) * context_.machine.array_bytes;
    const auto raw = std::min(positions_, raw_positions(context_.machine, layer_.operand_bytes));
    scratch_bytes_ = path_ == OutputPath::raw ? scratch_bytes(context_.machine, layer_, raw) : 0;
  }

  // Short runs of memory, as of a line in each plane or of a piece of each position, open a row of the DRAM
  // each.
  double run_cycles(const Tiling& t, const Region& input) const {
    constexpr int64_t kShort = 512;
    constexpr double kRowCycles = 30;
    const auto lines = input.rows() * input.frames();
    int64_t run = kShort, runs = 0;
    if (t.dataflow == Dataflow::taps_split && t.depth < layer_.in.dims.c) {
      run = t.depth, runs = lines * input.columns();
    } else if (layer_.in.planes) {
      const bool is_whole = 2 * input.columns() > layer_.in.dims.w;  // but for a few bytes, lines follow
      run = input.columns() * (is_whole ? input.rows() : 1);
      runs = input.channels() * (is_whole ? input.frames() : lines);
    }
    return run * layer_.operand_bytes < kShort ? static_cast<double>(runs) * kRowCycles : 0;
  }

  static bool has_pieces(const Tiling& t) {
    return t.dataflow == Dataflow::depth_split || t.dataflow == Dataflow::taps_split;
  }
  int64_t held_elements(const Tiling& t, const Region& region, const Region& input) const {
    return t.dataflow == Dataflow::taps_split ? input.elements()
                                              : held_windows(layer_, region, input).elements;
  }

  // Padding anywhere in the layer means that tiles are copied.
  Region whole_input(Region input) const {
    if (layer_.pad_top > 0) input.y0 = -1;
    if (layer_.pad_left > 0) input.x0 = -1;
    return input;
  }

  bool weights_pass(const Tiling& t) const {
    return t.dataflow != Dataflow::weights_resident && (chunks_ > 1 || has_pieces(t));
  }

  uint64_t l2_need(const Tiling& t, Overlap overlap) const {
    const auto weights = t.dataflow == Dataflow::weights_resident
                             ? weight_bytes_
                             : chunk_bytes_ * (weights_pass(t) && overlap.weights ? 2 : 1);
    const auto tile_copies = tiles_ > 1 && overlap.tiles ? 2u : 1u;
    const auto in_copies = t.dataflow == Dataflow::taps_split && overlap.tiles ? 2u : tile_copies;
    constexpr uint64_t kAlignmentLoss = 1024;
    return weights + tables_ + in_bytes_ * in_copies + out_bytes_ * tile_copies + scratch_bytes_ +
           kAlignmentLoss;
  }

  double bytes_per_cycle(const TensorView& view) const {
    const auto& cost = context_.options.cost;
    return context_.schedule.at(view.storage).space == isa::Space::ddr ? cost.ddr_bytes_per_cycle
                                                                       : cost.l3_bytes_per_cycle;
  }

  bool in_ddr(const TensorView& view) const {
    return context_.schedule.at(view.storage).space == isa::Space::ddr;
  }

  double steps(const Tiling& t) const {
    if (t.dataflow == Dataflow::weights_resident) return static_cast<double>(tiles_ + chunks_ - 1);
    if (!has_pieces(t)) return static_cast<double>(tiles_ * chunks_);
    if (t.dataflow == Dataflow::taps_split) {
      const auto pieces =
          layer_.taps() * static_cast<int64_t>(isa::divide_up(units_[0].depth_channels, t.depth));
      return static_cast<double>(tiles_) * static_cast<double>(units_.size()) * static_cast<double>(pieces);
    }
    return static_cast<double>(
        tiles_ * units_.size() *
        isa::divide_up(static_cast<uint64_t>(units_[0].depth(layer_)), static_cast<uint64_t>(t.depth)));
  }

  double compute_cycles(const Tiling& t) const {
    const auto& cost = context_.options.cost;
    double cycles = array_cycles(layer_, units_, context_.machine, t.frames, t.rows, t.columns) *
                    static_cast<double>(tiles_);
    if (path_ != OutputPath::stage) {
      const double passes = path_ == OutputPath::raw ? 4.0 : 1.0;
      cycles += static_cast<double>(layer_.out.dims.elements()) * passes * layer_.operand_bytes /
                cost.dsp_macs_per_cycle;
    }
    return cycles + steps(t) * cost.tile_overhead_cycles;
  }

  // The busiest of array, DDR and L3, and beside it whatever cannot run beside it.
  double estimate(const Tiling& t, Overlap overlap) const {
    const auto& cost = context_.options.cost;
    const bool outer = t.dataflow == Dataflow::weights_outer;
    const bool refetch = t.dataflow == Dataflow::weights_streamed || has_pieces(t);
    const auto tiles = static_cast<double>(tiles_), chunks = static_cast<double>(chunks_);
    const double weights =
        static_cast<double>(weight_bytes_) * (refetch ? tiles : 1.0) / cost.ddr_bytes_per_cycle;
    const double tile_in = static_cast<double>(in_bytes_) / bytes_per_cycle(layer_.in) + in_run_cycles_,
                 tile_out = static_cast<double>(out_bytes_) / bytes_per_cycle(layer_.out);
    const bool in_pieces = t.dataflow == Dataflow::taps_split;
    const double in = in_pieces ? tile_in * steps(t) : tile_in * tiles * (outer && tiles_ > 1 ? chunks : 1.0),
                 out = tile_out * tiles * (outer ? chunks : 1.0);
    const double ddr = weights + (in_ddr(layer_.in) ? in : 0) + (in_ddr(layer_.out) ? out : 0);
    const double near = (in_ddr(layer_.in) ? 0 : in) + (in_ddr(layer_.out) ? 0 : out);
    double exposed = tile_in + tile_out + static_cast<double>(chunk_bytes_) / cost.ddr_bytes_per_cycle +
                     2.0 * cost.dma_start_cycles;
    if (in_pieces && !overlap.tiles)
      exposed += in + out + steps(t) * cost.dma_start_cycles;
    else if (tiles_ > 1 && !overlap.tiles)
      exposed += in + out + tiles * cost.dma_start_cycles;
    if (weights_pass(t) && !overlap.weights) exposed += weights + steps(t) * cost.dma_start_cycles;
    return std::max({compute_cycles(t), ddr, near}) + exposed;
  }

  const LoweringContext& context_;
  const LinearLayer& layer_;
  const std::vector<PanelUnit>& units_;
  const uint64_t tables_;
  const OutputPath path_;
  const uint64_t budget_;
  uint64_t weight_bytes_ = 0, largest_unit_ = 0;
  std::optional<Tiling> best_;
  // of the candidate at hand
  int64_t tiles_ = 1, positions_ = 1;
  uint64_t chunks_ = 1, in_bytes_ = 0, out_bytes_ = 0, chunk_bytes_ = 0, scratch_bytes_ = 0;
  double in_run_cycles_ = 0;
};

// Whether the accumulators of one unit of such a tile have room in the C banks.
bool waits_in_banks(const LoweringContext& context, const LinearLayer& layer, OutputPath path,
                    const Tiling& tile) {
  const int64_t panel = context.machine.panel(layer.operand_bytes);
  const auto positions = tile.frames * tile.rows * tile.columns;
  const auto blocks =
      layer.spans_lines ? static_cast<int64_t>(isa::divide_up(positions, panel))
                        : tile.frames * tile.rows * static_cast<int64_t>(isa::divide_up(tile.columns, panel));
  if (blocks > context.machine.c_banks) return false;
  // Raw accumulators leave box by box, and only one box's can wait in the banks.
  if (path == OutputPath::raw &&
      (tile.frames > 1 || positions > raw_positions(context.machine, layer.operand_bytes)))
    return false;
  return true;
}

void consider_weights(Judge& judge, const LoweringContext& context, const LinearLayer& layer,
                      const std::vector<PanelUnit>& units, OutputPath path, Tiling tile) {
  for (const auto chunk : tile_sizes(static_cast<int64_t>(units.size()))) {
    tile.units = chunk;
    for (const auto dataflow :
         {Dataflow::weights_resident, Dataflow::weights_streamed, Dataflow::weights_outer}) {
      tile.dataflow = dataflow;
      judge.consider(tile);
    }
  }
  if (!waits_in_banks(context, layer, path, tile)) return;
  const int64_t panel = context.machine.panel(layer.operand_bytes);
  tile.dataflow = Dataflow::depth_split;
  tile.units = 1;
  const int64_t panel_bytes = panel * layer.weight_passes() * context.machine.array_bytes;
  for (const int64_t piece_bytes : {131072, 65536, 32768, 16384, 4096}) {
    if (piece_bytes < 16384 && judge.best()) break;  // transfers so short are for want of room only
    tile.depth = std::max<int64_t>(1, piece_bytes / panel_bytes) * panel;
    if (tile.depth < units[0].depth(layer)) judge.consider(tile);
  }
}

// Pieces of a tap need least room: the cheapest tiling by them.
std::optional<Tiling> taps_tiling(const LoweringContext& context, const LinearLayer& layer,
                                  const std::vector<PanelUnit>& units, uint64_t lane_table_bytes,
                                  OutputPath path, uint64_t budget_bytes) {
  if (layer.real_bytes > 0) return std::nullopt;  // reals become integers a whole tile at a time
  Judge judge(context, layer, units, lane_table_bytes, path, budget_bytes);
  if (layer.in.planes || layer.weight_passes() > 1) return std::nullopt;  // bytes go panel by panel
  const auto& out = layer.out.dims;
  const int64_t panel = context.machine.panel(layer.operand_bytes);
  Tiling tile;
  tile.dataflow = Dataflow::taps_split;
  const auto consider = [&](int64_t rows, int64_t columns) {
    tile.rows = rows, tile.columns = columns;
    if (!waits_in_banks(context, layer, path, tile)) return;
    for (int64_t depth = panel; depth <= 16 * panel; depth *= 2) {
      tile.depth = std::min(depth, units[0].depth_channels);
      judge.consider(tile);
    }
  };
  for (const auto rows : tile_sizes(out.h)) consider(rows, out.w);
  for (int64_t columns = panel; columns < out.w; columns *= 2) consider(1, columns);
  for (int64_t columns = panel / 2; columns >= 1 && !judge.best(); columns /= 2)
    consider(1, std::min(columns, out.w));
  return judge.best();
}

// Tilings by taps differ much from the others, so only a clear estimate speaks for one.
std::optional<Tiling> better_of(const std::optional<Tiling>& best, const std::optional<Tiling>& by_taps) {
  constexpr double kClearly = 0.7;
  if (!best) return by_taps;
  return by_taps && by_taps->cycles < kClearly * best->cycles ? by_taps : best;
}

}  // namespace

std::optional<Tiling> choose_tiling(const LoweringContext& context, const LinearLayer& layer,
                                    const std::vector<PanelUnit>& units, uint64_t lane_table_bytes,
                                    OutputPath path, uint64_t budget_bytes) {
  Judge judge(context, layer, units, lane_table_bytes, path, budget_bytes);
  const auto& out = layer.out.dims;
  Tiling tile;
  for (const auto rows : tile_sizes(out.h)) {
    tile.rows = rows, tile.columns = out.w, tile.frames = 1;
    consider_weights(judge, context, layer, units, path, tile);
  }
  for (const auto frames : tile_sizes(out.n)) {
    tile.rows = out.h, tile.columns = out.w, tile.frames = frames;
    if (frames > 1) consider_weights(judge, context, layer, units, path, tile);
  }
  // One line is a choice only where it is all there is (flattened positions), or where whole lines are too
  // large.
  if (out.h == 1 || !judge.best()) {
    // Whole blocks of rows waste none of the array.
    const int64_t panel = context.machine.panel(layer.operand_bytes);
    for (const auto blocks : tile_sizes(static_cast<int64_t>(
             isa::divide_up(static_cast<uint64_t>(out.w), static_cast<uint64_t>(panel))))) {
      tile.rows = 1, tile.columns = std::min(blocks * panel, out.w), tile.frames = 1;
      consider_weights(judge, context, layer, units, path, tile);
    }
  }
  return better_of(judge.best(), taps_tiling(context, layer, units, lane_table_bytes, path, budget_bytes));
}

}  // namespace mmasim::runtime
