// Energy of what an execution did: counts times the energy of one event, and static power over time. Pure
// functions; relative and uncalibrated (hardware.md 7).
#pragma once

#include "models/energy_config.h"
#include "models/kit/activity.h"

namespace mmasim::models {

struct Energy {
  double mma_mj = 0, dsp_mj = 0, dma_mj = 0, noc_mj = 0, l1_mj = 0, l2_mj = 0, l3_mj = 0, ddr_mj = 0,
         static_mj = 0;

  double total_mj() const {
    return mma_mj + dsp_mj + dma_mj + noc_mj + l1_mj + l2_mj + l3_mj + ddr_mj + static_mj;
  }
  Energy& operator+=(const Energy& other);
};

Energy layer_energy(const LayerActivity& layer, const EnergyConfig& config, double core_clock_mhz);
Energy total_energy(const Activity& activity, const EnergyConfig& config,
                    double core_clock_mhz);  // the layers' sum

}  // namespace mmasim::models
