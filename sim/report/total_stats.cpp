#include "sim/report/total_stats.h"

namespace mmasim::sim {
namespace {

template <class Read>
ordered_json timed(const TotalStats& row, Read&& read) {
  return row.is_timed ? ordered_json(read(row)) : ordered_json();
}

double ratio(double value, double of) { return of > 0 ? value / of : 0.0; }

double ddr_gbps(const TotalStats& row) {
  return ratio(double(row.cores) * double(row.ddr.read_bytes + row.ddr.write_bytes), row.time_s() * 1e9);
}

void add(models::Traffic& sum, const models::Traffic& traffic) {
  sum.read_bytes += traffic.read_bytes;
  sum.write_bytes += traffic.write_bytes;
}

}  // namespace

TotalStats total_stats(const isa::Program& program, const models::SocConfig& config,
                       const models::Activity* activity) {
  TotalStats total;
  for (const auto& layer : program.layers) total.macs += layer.macs;
  if (!program.inputs.empty() && !program.inputs[0].shape.empty()) {
    total.batch = static_cast<uint64_t>(program.inputs[0].shape[0]);
  }
  total.cores = config.cores;
  total.core_clock_mhz = config.core_clock_mhz;
  total.peak_macs_per_cycle = peak_macs_per_cycle(program.machine, program.precision);
  total.ddr_peak_gbps = config.dram.peak_gbps();
  total.peak_l2_bytes = program.l2_bytes_used;
  total.peak_l3_bytes = program.l3_bytes_used;
  total.peak_ddr_bytes = program.ddr_bytes_used;
  if (!activity) return total;
  total.is_timed = true;
  total.cycles = activity->total_cycles;
  for (const auto& layer : activity->layers) {
    add(total.l2, layer.l2);
    add(total.l3, layer.l3);
    add(total.ddr, layer.ddr);
  }
  total.energy = models::total_energy(*activity, energy_prices(config), config.core_clock_mhz);
  return total;
}

const StatTable<TotalStats>& total_stat_table() {
  using Row = TotalStats;
  static const StatTable<Row> table{
      {"cores", "",
       "cores that ran a network each; counts and energy are of the slowest one's network, rates of all",
       [](const Row& row) { return ordered_json(row.cores); }},
      {"cycles", "cycles", "of the core clock, from the network call to the last output byte in DDR",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.cycles; }); }},
      {"time_ms", "ms", "cycles at the core clock",
       [](const Row& row) {
         return timed(row, [](const Row& r) { return double(r.cycles) / (r.core_clock_mhz * 1e3); });
       }},
      {"macs", "",
       "multiply-accumulates of the network's Conv, ConvTranspose, Gemm and MatMul, however executed",
       [](const Row& row) { return ordered_json(row.macs); }},
      {"macs_per_cycle", "1/cycle", "macs / cycles",
       [](const Row& row) {
         return timed(row, [](const Row& r) { return ratio(double(r.macs), double(r.cycles)); });
       }},
      {"mma_utilization", "0..1", "macs_per_cycle against the array's peak at the precision used",
       [](const Row& row) {
         return timed(row, [](const Row& r) {
           return ratio(double(r.macs), double(r.cycles) * r.peak_macs_per_cycle);
         });
       }},
      {"inferences_per_second", "1/s", "frames of the batch of every core / time",
       [](const Row& row) {
         return timed(row, [](const Row& r) { return ratio(double(r.batch * r.cores), r.time_s()); });
       }},
      {"tops", "10^12/s", "operations a second of all cores, two a multiply-accumulate",
       [](const Row& row) {
         return timed(row, [](const Row& r) {
           return ratio(2.0 * double(r.macs) * double(r.cores), r.time_s() * 1e12);
         });
       }},
      {"ddr_read_bytes", "bytes", "read from DDR",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.ddr.read_bytes; }); }},
      {"ddr_write_bytes", "bytes", "written to DDR",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.ddr.write_bytes; }); }},
      {"ddr_bandwidth_gbps", "GB/s", "DDR bytes both ways of all cores / time, in 10^9 bytes a second",
       [](const Row& row) { return timed(row, ddr_gbps); }},
      {"ddr_utilization", "0..1", "ddr_bandwidth_gbps against the peak of all channels",
       [](const Row& row) {
         return timed(row, [](const Row& r) { return ratio(ddr_gbps(r), r.ddr_peak_gbps); });
       }},
      {"l3_read_bytes", "bytes", "read from L3 (MSMC)",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.l3.read_bytes; }); }},
      {"l3_write_bytes", "bytes", "written to L3 (MSMC)",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.l3.write_bytes; }); }},
      {"l2_read_bytes", "bytes", "read from L2",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.l2.read_bytes; }); }},
      {"l2_write_bytes", "bytes", "written to L2",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.l2.write_bytes; }); }},
      {"peak_l2_bytes", "bytes", "most L2 in use at once",
       [](const Row& row) { return ordered_json(row.peak_l2_bytes); }},
      {"peak_l3_bytes", "bytes", "most L3 in use at once",
       [](const Row& row) { return ordered_json(row.peak_l3_bytes); }},
      {"peak_ddr_bytes", "bytes", "most DDR in use at once, constants, inputs and outputs included",
       [](const Row& row) { return ordered_json(row.peak_ddr_bytes); }},
      {"energy_mj", "mJ", "relative and uncalibrated: the sum of its parts",
       [](const Row& row) { return timed(row, [](const Row& r) { return r.energy.total_mj(); }); }},
      {"energy", "mJ", "its parts",
       [](const Row& row) {
         if (row.is_timed) return to_json(energy_stat_table(), row.energy);
         ordered_json nulls = ordered_json::object();
         for (const auto& stat : energy_stat_table()) nulls[stat.name] = nullptr;
         return nulls;
       }},
  };
  return table;
}

const StatTable<models::Energy>& energy_stat_table() {
  using Row = models::Energy;
  static const StatTable<Row> table{
      {"mma_mj", "mJ", "the array's multiply-accumulates, idle lanes included",
       [](const Row& row) { return ordered_json(row.mma_mj); }},
      {"dsp_mj", "mJ", "element operations of the vector core",
       [](const Row& row) { return ordered_json(row.dsp_mj); }},
      {"dma_mj", "mJ", "bytes through the DMA engine",
       [](const Row& row) { return ordered_json(row.dma_mj); }},
      {"noc_mj", "mJ", "bytes over the interconnect",
       [](const Row& row) { return ordered_json(row.noc_mj); }},
      {"l1_mj", "mJ", "L1 accesses", [](const Row& row) { return ordered_json(row.l1_mj); }},
      {"l2_mj", "mJ", "L2 accesses", [](const Row& row) { return ordered_json(row.l2_mj); }},
      {"l3_mj", "mJ", "L3 accesses", [](const Row& row) { return ordered_json(row.l3_mj); }},
      {"ddr_mj", "mJ", "DDR accesses", [](const Row& row) { return ordered_json(row.ddr_mj); }},
      {"static_mj", "mJ", "leakage and clocks, by time",
       [](const Row& row) { return ordered_json(row.static_mj); }},
  };
  return table;
}

}  // namespace mmasim::sim
