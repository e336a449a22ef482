// `totals` of a report: the whole run, from the network call to the last output byte in DDR.
#pragma once

#include <cstdint>
#include <vector>

#include "isa/program.h"
#include "models/activity.h"
#include "models/energy.h"
#include "models/soc_config.h"
#include "sim/report/layer_stats.h"
#include "sim/report/stat.h"

namespace mmasim::sim {

struct TotalStats {
  bool is_timed = false;  // else every key of time, bytes moved and energy is null
  uint64_t cycles = 0, macs = 0;
  uint64_t batch = 1;
  uint64_t cores = 1;  // counts are of the slowest core's network, rates of all cores
  models::Traffic l2, l3, ddr;
  models::Energy energy;
  double core_clock_mhz = 0, peak_macs_per_cycle = 0, ddr_peak_gbps = 0;
  uint64_t peak_l2_bytes = 0, peak_l3_bytes = 0, peak_ddr_bytes = 0;

  double time_s() const { return double(cycles) / (core_clock_mhz * 1e6); }
};

TotalStats total_stats(const isa::Program& program, const models::SocConfig& config,
                       const models::Activity* activity);

const StatTable<TotalStats>& total_stat_table();  // `energy` among its keys is the table below
const StatTable<models::Energy>& energy_stat_table();

}  // namespace mmasim::sim
