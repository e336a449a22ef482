#include "sim/report/layer_stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "isa/kit/units.h"
#include "sim/report/constant_bytes.h"
#include "sim/report/layer_activity.h"

namespace mmasim::sim {
namespace {

uint32_t operand_bytes(const std::string& precision) {
  if (precision == "int8" || precision == "mixed") return 1;  // of mixed widths the narrowest
  if (precision == "int16") return 2;
  if (precision == "int32" || precision == "float32") return 4;  // the array has no reals
  throw std::logic_error("layer of unknown precision '" + precision + "'");
}

uint64_t all_stalls(const models::LayerActivity& activity) {
  uint64_t cycles = 0;
  for (const auto& [cause, stalled] : activity.stall_cycles) cycles += stalled;
  return cycles;
}

void check_cycles(const isa::LayerInfo& layer, const models::LayerActivity& activity,
                  uint64_t expected_start) {
  if (activity.start_cycle != expected_start || activity.end_cycle < activity.start_cycle) {
    throw std::logic_error(fmt::format("layer {} spans cycles {}..{}; the layer before it ended at {}",
                                       layer.name, activity.start_cycle, activity.end_cycle, expected_start));
  }
  const uint64_t cycles = activity.end_cycle - activity.start_cycle;
  const uint64_t parts = activity.core_busy_cycles + activity.overhead_cycles + all_stalls(activity);
  if (cycles != parts) {
    throw std::logic_error(
        fmt::format("layer {} takes {} cycles, its parts add up to {}", layer.name, cycles, parts));
  }
}

// What of a layer's reads from DDR are constants; the rest are features.
void add_kinds(LayerStats& row, const isa::LayerInfo& layer, uint64_t constant_bytes) {
  if (constant_bytes > *row.ddr_read_bytes) {
    throw std::logic_error(fmt::format("layer {} reads {} bytes of constants, and {} bytes from DDR in all",
                                       layer.name, constant_bytes, *row.ddr_read_bytes));
  }
  row.ddr_weight_bytes = constant_bytes;
  row.ddr_feature_bytes = *row.ddr_read_bytes - constant_bytes;
}

double per(double value, uint64_t cycles) { return cycles ? value / double(cycles) : 0.0; }

// Walking a bank is useful for as many cycles as a full array would take for the layer's products.
void split_array_cycles(LayerStats& row, const models::LayerActivity& activity) {
  const uint64_t walked = std::min(activity.array_rows + activity.array_empty_cycles, activity.mma_cycles);
  const auto full_array = isa::divide_up(row.macs, static_cast<uint64_t>(row.peak_macs_per_cycle));
  row.mma_useful_cycles = std::min(full_array, walked);
  row.mma_edge_cycles = walked - *row.mma_useful_cycles;
  row.mma_load_cycles = std::min(activity.array_load_cycles, activity.mma_cycles - walked);
  row.mma_drain_cycles = activity.mma_cycles - walked - *row.mma_load_cycles;
}

void add_time(LayerStats& row, const models::LayerActivity& activity, const models::SocConfig& config) {
  const uint64_t cycles = activity.end_cycle - activity.start_cycle;
  const Bound bound = bound_with_cycles(activity);
  set_activity(row, activity);
  row.macs_per_cycle = per(double(row.macs), cycles);
  row.mma_utilization = *row.macs_per_cycle / row.peak_macs_per_cycle;
  row.bound = bound.name;
  row.bound_cycles = bound.cycles;
  row.bound_share = per(double(bound.cycles), cycles);
  split_array_cycles(row, activity);
  row.l3_read_bytes = activity.l3.read_bytes;
  row.l3_write_bytes = activity.l3.write_bytes;
  row.l2_read_bytes = activity.l2.read_bytes;
  row.l2_write_bytes = activity.l2.write_bytes;
  row.energy_mj = models::layer_energy(activity, energy_prices(config), config.core_clock_mhz).total_mj();
}

LayerStats untimed_row(const isa::LayerInfo& layer, const isa::Machine& machine) {
  LayerStats row;
  row.name = layer.name;
  row.operators = layer.operators;
  row.kind = layer.kind;
  row.precision = layer.precision;
  row.macs = layer.macs;
  row.tiles = layer.tiles;
  row.dataflow = layer.dataflow;
  row.peak_macs_per_cycle = peak_macs_per_cycle(machine, layer.precision);
  return row;
}

}  // namespace

double peak_macs_per_cycle(const isa::Machine& machine, const std::string& precision) {
  const double panel = machine.panel(operand_bytes(precision));
  return panel * panel;
}

std::vector<LayerStats> layer_stats(const isa::Program& program, const models::SocConfig& config,
                                    const models::Activity* activity) {
  if (activity && activity->layers.size() != program.layers.size()) {
    throw std::logic_error(fmt::format("activity of {} layers, the program has {}", activity->layers.size(),
                                       program.layers.size()));
  }
  std::vector<LayerStats> rows;
  std::vector<uint64_t> constant_bytes;
  if (activity) constant_bytes = constant_bytes_read(program);
  uint64_t end_cycle = 0;
  for (size_t i = 0; i < program.layers.size(); ++i) {
    auto row = untimed_row(program.layers[i], program.machine);
    if (activity) {
      check_cycles(program.layers[i], activity->layers[i], end_cycle);
      add_time(row, activity->layers[i], config);
      add_kinds(row, program.layers[i], constant_bytes[i]);
      end_cycle = *row.end_cycle;
    }
    rows.push_back(std::move(row));
  }
  if (activity && end_cycle != activity->total_cycles) {
    throw std::logic_error(
        fmt::format("the layers end at cycle {}, the run at {}", end_cycle, activity->total_cycles));
  }
  return rows;
}

models::EnergyConfig energy_prices(const models::SocConfig& config) {
  models::EnergyConfig prices = config.energy;
  prices.static_mw /= config.cores;
  return prices;
}

std::string bound_of(const models::LayerActivity& activity) { return bound_with_cycles(activity).name; }

Bound bound_with_cycles(const models::LayerActivity& activity) {
  struct Share {
    const char* bound;
    uint64_t cycles;
  };
  std::array<Share, 6> shares{{{"mma", activity.mma_cycles},
                               {"dsp", activity.dsp_cycles},
                               {"ddr", 0},
                               {"l3", 0},
                               {"l2", 0},
                               {"overhead", activity.overhead_cycles}}};
  for (const auto& [cause, cycles] : activity.stall_cycles) {
    auto* share = &shares.back();  // starts and full queues of the DMA
    for (auto& memory : {&shares[2], &shares[3], &shares[4]}) {
      if (cause.rfind(memory->bound, 0) == 0) share = memory;
    }
    share->cycles += cycles;
  }
  const auto* most = &shares.back();
  for (size_t i = shares.size(); i-- > 0;) {
    if (shares[i].cycles >= most->cycles && shares[i].cycles > 0) most = &shares[i];
  }
  return {most->bound, most->cycles};
}

const Keys<LayerStats>& layer_stat_keys() {
  using Row = LayerStats;
  static const Keys<Row> keys{
      key(&Row::name, "name", "", "name of the layer: of the network's node it began as"),
      key(&Row::operators, "operators", "", "names of the network's nodes it covers"),
      key(&Row::kind, "kind", "",
          "what it is: conv, depthwise, gemm, pool, layout, ...; call is the fixed cost of the network call "
          "and the issue of what is fetched ahead of the first layer"),
      key(&Row::precision, "precision", "",
          "operand type: int8, int16 or int32; mixed of weights wider than the features"),
      key(&Row::macs, "macs", "",
          "multiply-accumulates of the network's Conv, ConvTranspose, Gemm and MatMul, however executed"),
      key(&Row::cycles, "cycles", "cycles",
          "end_cycle - start_cycle: MMA or DSP busy + overhead_cycles + all stall_cycles"),
      key(&Row::start_cycle, "start_cycle", "cycles", "first cycle: the end_cycle of the layer before"),
      key(&Row::end_cycle, "end_cycle", "cycles", "first cycle after it"),
      key(&Row::macs_per_cycle, "macs_per_cycle", "1/cycle", "macs / cycles"),
      key(&Row::mma_utilization, "mma_utilization", "0..1",
          "macs_per_cycle against the array's peak at the layer's precision: mma_useful_cycles / cycles "
          "where "
          "the array computes them"),
      key(&Row::bound, "bound", "", "what most of its time goes to: mma, dsp, ddr, l3, l2 or overhead"),
      key(&Row::bound_share, "bound_share", "0..1", "how much of its cycles that is"),
      key(&Row::mma_cycles, "mma_cycles", "cycles",
          "array busy: vectors streamed, and panel loads and drains that no stream, wait or overhead hides; "
          "the sum of the next four"),
      key(&Row::mma_useful_cycles, "mma_useful_cycles", "cycles",
          "of mma_cycles: what an array that is always full would take for macs"),
      key(&Row::mma_edge_cycles, "mma_edge_cycles", "cycles",
          "of mma_cycles: banks are walked whose rows, columns or depth are partly empty: that part"),
      key(&Row::mma_load_cycles, "mma_load_cycles", "cycles",
          "of mma_cycles: a panel loads, and no bank is walked meanwhile"),
      key(&Row::mma_drain_cycles, "mma_drain_cycles", "cycles",
          "of mma_cycles: the rest: start, pauses between blocks, results that leave, drain"),
      key(&Row::dsp_cycles, "dsp_cycles", "cycles", "vector instructions busy"),
      key(&Row::dma_cycles, "dma_cycles", "cycles",
          "at least one DMA channel moving bytes; may overlap all others"),
      key(&Row::overhead_cycles, "overhead_cycles", "cycles",
          "set-up of the layer and issue of instructions"),
      key(&Row::stall_cycles, "stall_cycles", "cycles",
          "cycles the core waited, with neither array nor DSP busy, by cause"),
      key(&Row::ddr_read_bytes, "ddr_read_bytes", "bytes", "read from DDR for this layer"),
      key(&Row::ddr_write_bytes, "ddr_write_bytes", "bytes", "written to DDR for this layer"),
      key(&Row::ddr_weight_bytes, "ddr_weight_bytes", "bytes",
          "of ddr_read_bytes: weights, biases and scales of channels"),
      key(&Row::ddr_feature_bytes, "ddr_feature_bytes", "bytes", "of ddr_read_bytes: all the rest"),
      key(&Row::l3_read_bytes, "l3_read_bytes", "bytes", "read from L3 for this layer: features"),
      key(&Row::l3_write_bytes, "l3_write_bytes", "bytes", "written to L3 for this layer: its output"),
      key(&Row::l2_read_bytes, "l2_read_bytes", "bytes", "read from L2 for this layer"),
      key(&Row::l2_write_bytes, "l2_write_bytes", "bytes", "written to L2 for this layer"),
      key(&Row::energy_mj, "energy_mj", "mJ", "relative and uncalibrated; static energy by time included"),
      key(&Row::tiles, "tiles", "", "tiles the layer was cut into"),
      key(&Row::dataflow, "dataflow", "", "the schedule that lowering chose"),
      key_of_optional(&Row::error, layer_error_keys(), "error",
                      "of its output tensor against the float network; null without --compare-float"),
  };
  return keys;
}

}  // namespace mmasim::sim
