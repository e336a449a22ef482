#include "sim/report/layer_stats.h"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace mmasim::sim {
namespace {

uint32_t operand_bytes(const std::string& precision) {
  if (precision == "int8") return 1;
  if (precision == "int16") return 2;
  if (precision == "int32") return 4;
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

// A key that is null without time.
template <class Read>
ordered_json timed(const LayerStats& row, Read&& read) {
  return row.is_timed ? ordered_json(read(row)) : ordered_json();
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
  uint64_t end_cycle = 0;
  for (size_t i = 0; i < program.layers.size(); ++i) {
    LayerStats row;
    row.layer = program.layers[i];
    row.peak_macs_per_cycle = peak_macs_per_cycle(program.machine, row.layer.precision);
    if (activity) {
      row.is_timed = true;
      row.activity = activity->layers[i];
      row.energy = models::layer_energy(row.activity, energy_prices(config), config.core_clock_mhz);
      check_cycles(row.layer, row.activity, end_cycle);
      end_cycle = row.activity.end_cycle;
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

const StatTable<LayerStats>& layer_stat_table() {
  using Row = LayerStats;
  static const StatTable<Row> table{
      {"name", "", "name of the layer: of the network's node it began as",
       [](const Row& row) { return ordered_json(row.layer.name); }},
      {"operators", "", "names of the network's nodes it covers",
       [](const Row& row) { return ordered_json(row.layer.operators); }},
      {"kind", "",
       "what it is: conv, depthwise, gemm, pool, layout, ...; call is the fixed cost of the network call",
       [](const Row& row) { return ordered_json(row.layer.kind); }},
      {"precision", "", "operand type: int8, int16 or int32",
       [](const Row& row) { return ordered_json(row.layer.precision); }},
      {"macs", "",
       "multiply-accumulates of the network's Conv, ConvTranspose, Gemm and MatMul, however executed",
       [](const Row& row) { return ordered_json(row.layer.macs); }},
      {"cycles", "cycles", "end_cycle - start_cycle: MMA or DSP busy + overhead_cycles + all stall_cycles",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.cycles(); }); }},
      {"start_cycle", "cycles", "first cycle: the end_cycle of the layer before",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.start_cycle; }); }},
      {"end_cycle", "cycles", "first cycle after it",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.end_cycle; }); }},
      {"macs_per_cycle", "1/cycle", "macs / cycles",
       [](const Row& row) {
         return timed(
             row, [](const Row& r) { return r.cycles() ? double(r.layer.macs) / double(r.cycles()) : 0.0; });
       }},
      {"mma_utilization", "0..1", "macs_per_cycle against the array's peak at the layer's precision",
       [](const Row& row) {
         return timed(row, [](const Row& r) {
           return r.cycles() ? double(r.layer.macs) / double(r.cycles()) / r.peak_macs_per_cycle : 0.0;
         });
       }},
      {"bound", "", "what most of its time goes to: mma, dsp, ddr, l3, l2 or overhead",
       [](const Row& row) { return timed(row, [](const Row& r) { return bound_of(r.activity); }); }},
      {"bound_share", "0..1", "how much of its cycles that is",
       [](const Row& row) {
         return timed(row, [](const Row& r) {
           return r.cycles() ? double(bound_with_cycles(r.activity).cycles) / double(r.cycles()) : 0.0;
         });
       }},
      {"mma_cycles", "cycles",
       "array busy: vectors streamed, and panel loads and drains that no stream, wait or overhead hides",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.mma_cycles; }); }},
      {"dsp_cycles", "cycles", "vector instructions busy",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.dsp_cycles; }); }},
      {"dma_cycles", "cycles", "at least one DMA channel moving bytes; may overlap all others",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.dma_cycles; }); }},
      {"overhead_cycles", "cycles", "set-up of the layer and issue of instructions",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.overhead_cycles; }); }},
      {"stall_cycles", "cycles", "cycles the core waited, with neither array nor DSP busy, by cause",
       [](const Row& row) {
         return timed(row, [](const Row& r) {
           ordered_json causes = ordered_json::object();
           for (const auto& [cause, cycles] : r.activity.stall_cycles) causes[cause] = cycles;
           return causes;
         });
       }},
      {"ddr_read_bytes", "bytes", "read from DDR for this layer",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.ddr.read_bytes; }); }},
      {"ddr_write_bytes", "bytes", "written to DDR for this layer",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.activity.ddr.write_bytes; }); }},
      {"energy_mj", "mJ", "relative and uncalibrated; static energy by time included",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.energy.total_mj(); }); }},
      {"tiles", "", "tiles the layer was cut into",
       [](const Row& row) { return ordered_json(row.layer.tiles); }},
      {"dataflow", "", "the schedule that lowering chose",
       [](const Row& row) { return ordered_json(row.layer.dataflow); }},
  };
  return table;
}

}  // namespace mmasim::sim
