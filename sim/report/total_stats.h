// `totals` of a report: the whole run, from the network call to the last output byte in DDR.
#pragma once

#include <cstdint>
#include <optional>

#include "isa/program.h"
#include "models/energy.h"
#include "models/kit/activity.h"
#include "models/soc_config.h"
#include "sim/kit/keys.h"
#include "sim/report/layer_stats.h"

namespace mmasim::sim {

struct EnergyStats {
  std::optional<double> mma_mj, dsp_mj, dma_mj, noc_mj, l1_mj, l2_mj, l3_mj, ddr_mj, static_mj;
};

struct TotalStats {
  uint64_t batch = 1;              // frames
  uint64_t cores = 1;              // counts are of the slowest core's network, rates of all cores
  std::optional<uint64_t> cycles;  // none: the run was not timed, nor is anything else that is optional here
  std::optional<double> time_ms;
  uint64_t macs = 0;
  std::optional<double> macs_per_cycle, mma_utilization, inferences_per_second, tops;
  std::optional<uint64_t> ddr_read_bytes, ddr_write_bytes;
  std::optional<double> ddr_bandwidth_gbps, ddr_utilization;
  std::optional<uint64_t> l3_read_bytes, l3_write_bytes, l2_read_bytes, l2_write_bytes;
  uint64_t peak_l2_bytes = 0, peak_l3_bytes = 0, peak_ddr_bytes = 0;
  std::optional<double> energy_mj;
  EnergyStats energy;
  // What the rates are made of; no keys.
  double core_clock_mhz = 0, peak_macs_per_cycle = 0, ddr_peak_gbps = 0;

  double time_s() const { return double(cycles.value_or(0)) / (core_clock_mhz * 1e6); }
};

TotalStats total_stats(const isa::Program& program, const models::SocConfig& config,
                       const models::Activity* activity);

const Keys<TotalStats>& total_stat_keys();  // `energy` among them has the keys below
const Keys<EnergyStats>& energy_stat_keys();

}  // namespace mmasim::sim
