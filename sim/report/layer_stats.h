// A row of `layers`: what a layer of the program is, and what its execution took.
#pragma once

#include <string>
#include <vector>

#include "isa/program.h"
#include "models/activity.h"
#include "models/energy.h"
#include "models/soc_config.h"
#include "sim/report/stat.h"

namespace mmasim::sim {

struct LayerStats {
  isa::LayerInfo layer;
  bool is_timed = false;  // else every key of time, bytes and energy is null
  models::LayerActivity activity;
  models::Energy energy;
  double peak_macs_per_cycle = 0;  // of the layer's precision

  uint64_t cycles() const { return activity.end_cycle - activity.start_cycle; }
};

// activity: null without time. Throws std::logic_error if the layers do not partition the run, or their
// cycles do not add up: a defect.
std::vector<LayerStats> layer_stats(const isa::Program& program, const models::SocConfig& config,
                                    const models::Activity* activity);

// What a layer's time goes to most: "mma", "dsp", "ddr", "l3", "l2" or "overhead", and for how many cycles.
struct Bound {
  std::string name;
  uint64_t cycles = 0;
};
Bound bound_with_cycles(const models::LayerActivity& activity);
std::string bound_of(const models::LayerActivity& activity);

// The prices of one core's network: static power is shared by all cores.
models::EnergyConfig energy_prices(const models::SocConfig& config);

double peak_macs_per_cycle(const isa::Machine& machine, const std::string& precision);

const StatTable<LayerStats>& layer_stat_table();

}  // namespace mmasim::sim
