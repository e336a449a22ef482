// A row of `layers`: what a layer of the program is, and what its execution took. Each member is a key, null
// without time where it is optional.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isa/program.h"
#include "models/energy.h"
#include "models/kit/activity.h"
#include "models/soc_config.h"
#include "sim/kit/keys.h"
#include "sim/report/layer_error.h"

namespace mmasim::sim {

struct LayerStats {
  std::string name;
  std::vector<std::string> operators;
  std::string kind, precision;
  uint64_t macs = 0;
  std::optional<uint64_t> cycles, start_cycle, end_cycle;  // none of these: the run was not timed
  std::optional<double> macs_per_cycle, mma_utilization;
  std::optional<std::string> bound;
  std::optional<double> bound_share;
  std::optional<uint64_t> mma_cycles, mma_useful_cycles, mma_edge_cycles, mma_load_cycles, mma_drain_cycles;
  std::optional<uint64_t> dsp_cycles, dma_cycles, overhead_cycles;
  std::optional<std::map<std::string, uint64_t>> stall_cycles;  // by cause
  std::optional<uint64_t> ddr_read_bytes, ddr_write_bytes, ddr_weight_bytes, ddr_feature_bytes;
  std::optional<uint64_t> l3_read_bytes, l3_write_bytes, l2_read_bytes, l2_write_bytes;
  std::optional<double> energy_mj;
  uint64_t tiles = 0;
  std::string dataflow;
  std::optional<LayerError> error;  // none: --compare-float was not asked, or the row computes nothing
  // For the terminal's table; no keys.
  double peak_macs_per_cycle = 0;  // of the layer's precision
  uint64_t bound_cycles = 0;
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

const Keys<LayerStats>& layer_stat_keys();

}  // namespace mmasim::sim
