#include "sim/report/total_stats.h"

namespace mmasim::sim {
namespace {

double ratio(double value, double of) { return of > 0 ? value / of : 0.0; }

models::Traffic sum_of(const models::Activity& activity, models::Traffic models::LayerActivity::*memory) {
  models::Traffic sum;
  for (const auto& layer : activity.layers) {
    sum.read_bytes += (layer.*memory).read_bytes;
    sum.write_bytes += (layer.*memory).write_bytes;
  }
  return sum;
}

EnergyStats energy_stats(const models::Energy& energy) {
  EnergyStats stats;
  stats.mma_mj = energy.mma_mj;
  stats.dsp_mj = energy.dsp_mj;
  stats.dma_mj = energy.dma_mj;
  stats.noc_mj = energy.noc_mj;
  stats.l1_mj = energy.l1_mj;
  stats.l2_mj = energy.l2_mj;
  stats.l3_mj = energy.l3_mj;
  stats.ddr_mj = energy.ddr_mj;
  stats.static_mj = energy.static_mj;
  return stats;
}

void add_bytes(TotalStats& total, const models::Activity& activity) {
  const auto ddr = sum_of(activity, &models::LayerActivity::ddr);
  const auto l3 = sum_of(activity, &models::LayerActivity::l3);
  const auto l2 = sum_of(activity, &models::LayerActivity::l2);
  total.ddr_read_bytes = ddr.read_bytes;
  total.ddr_write_bytes = ddr.write_bytes;
  total.l3_read_bytes = l3.read_bytes;
  total.l3_write_bytes = l3.write_bytes;
  total.l2_read_bytes = l2.read_bytes;
  total.l2_write_bytes = l2.write_bytes;
}

void add_rates(TotalStats& total) {
  const double cycles = double(*total.cycles), macs = double(total.macs), cores = double(total.cores);
  const double time_s = total.time_s();
  total.time_ms = cycles / (total.core_clock_mhz * 1e3);
  total.macs_per_cycle = ratio(macs, cycles);
  total.mma_utilization = ratio(macs, cycles * total.peak_macs_per_cycle);
  total.inferences_per_second = ratio(double(total.batch * total.cores), time_s);
  total.tops = ratio(2.0 * macs * cores, time_s * 1e12);
  total.ddr_bandwidth_gbps =
      ratio(cores * double(*total.ddr_read_bytes + *total.ddr_write_bytes), time_s * 1e9);
  total.ddr_utilization = ratio(*total.ddr_bandwidth_gbps, total.ddr_peak_gbps);
}

// Of layers of different widths, each at its own peak: the mean over what they compute.
double mean_peak(const isa::Program& program) {
  double macs = 0, cycles = 0;
  for (const auto& layer : program.layers) {
    macs += double(layer.macs);
    cycles += double(layer.macs) / peak_macs_per_cycle(program.machine, layer.precision);
  }
  return cycles > 0 ? macs / cycles : peak_macs_per_cycle(program.machine, program.precision);
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
  total.peak_macs_per_cycle = program.precision == "mixed"
                                  ? mean_peak(program)
                                  : peak_macs_per_cycle(program.machine, program.precision);
  total.ddr_peak_gbps = config.dram.peak_gbps();
  total.peak_l2_bytes = program.l2_bytes_used;
  total.peak_l3_bytes = program.l3_bytes_used;
  total.peak_ddr_bytes = program.ddr_bytes_used;
  if (!activity) return total;
  const auto energy = models::total_energy(*activity, energy_prices(config), config.core_clock_mhz);
  total.cycles = activity->total_cycles;
  add_bytes(total, *activity);
  add_rates(total);
  total.energy_mj = energy.total_mj();
  total.energy = energy_stats(energy);
  return total;
}

const Keys<TotalStats>& total_stat_keys() {
  using Row = TotalStats;
  static const Keys<Row> keys{
      key(&Row::batch, "batch", "", "frames of the network's first input, run as one batch"),
      key(&Row::cores, "cores", "",
          "cores that ran a network each; counts and energy are of the slowest one's network, rates of all"),
      key(&Row::cycles, "cycles", "cycles",
          "of the core clock, from the network call to the last output byte in DDR"),
      key(&Row::time_ms, "time_ms", "ms", "cycles at the core clock"),
      key(&Row::macs, "macs", "",
          "multiply-accumulates of the network's Conv, ConvTranspose, Gemm and MatMul, however executed"),
      key(&Row::macs_per_cycle, "macs_per_cycle", "1/cycle", "macs / cycles"),
      key(&Row::mma_utilization, "mma_utilization", "0..1",
          "macs_per_cycle against the array's peak at the precision used"),
      key(&Row::inferences_per_second, "inferences_per_second", "1/s",
          "frames of the batch of every core / time"),
      key(&Row::tops, "tops", "10^12/s", "operations a second of all cores, two a multiply-accumulate"),
      key(&Row::ddr_read_bytes, "ddr_read_bytes", "bytes", "read from DDR"),
      key(&Row::ddr_write_bytes, "ddr_write_bytes", "bytes", "written to DDR"),
      key(&Row::ddr_bandwidth_gbps, "ddr_bandwidth_gbps", "GB/s",
          "DDR bytes both ways of all cores / time, in 10^9 bytes a second"),
      key(&Row::ddr_utilization, "ddr_utilization", "0..1",
          "ddr_bandwidth_gbps against the peak of all channels"),
      key(&Row::l3_read_bytes, "l3_read_bytes", "bytes", "read from L3 (MSMC)"),
      key(&Row::l3_write_bytes, "l3_write_bytes", "bytes", "written to L3 (MSMC)"),
      key(&Row::l2_read_bytes, "l2_read_bytes", "bytes", "read from L2"),
      key(&Row::l2_write_bytes, "l2_write_bytes", "bytes", "written to L2"),
      key(&Row::peak_l2_bytes, "peak_l2_bytes", "bytes", "most L2 in use at once"),
      key(&Row::peak_l3_bytes, "peak_l3_bytes", "bytes", "most L3 in use at once"),
      key(&Row::peak_ddr_bytes, "peak_ddr_bytes", "bytes",
          "most DDR in use at once, constants, inputs and outputs included"),
      key(&Row::energy_mj, "energy_mj", "mJ", "relative and uncalibrated: the sum of its parts"),
      key_of_part(&Row::energy, energy_stat_keys(), "energy", "mJ", "its parts"),
  };
  return keys;
}

const Keys<EnergyStats>& energy_stat_keys() {
  using Row = EnergyStats;
  static const Keys<Row> keys{
      key(&Row::mma_mj, "mma_mj", "mJ", "the array's multiply-accumulates, idle lanes included"),
      key(&Row::dsp_mj, "dsp_mj", "mJ", "element operations of the vector core"),
      key(&Row::dma_mj, "dma_mj", "mJ", "bytes through the DMA engine"),
      key(&Row::noc_mj, "noc_mj", "mJ", "bytes over the interconnect"),
      key(&Row::l1_mj, "l1_mj", "mJ", "L1 accesses"),
      key(&Row::l2_mj, "l2_mj", "mJ", "L2 accesses"),
      key(&Row::l3_mj, "l3_mj", "mJ", "L3 accesses"),
      key(&Row::ddr_mj, "ddr_mj", "mJ", "DDR accesses"),
      key(&Row::static_mj, "static_mj", "mJ", "leakage and clocks, by time"),
  };
  return keys;
}

}  // namespace mmasim::sim
