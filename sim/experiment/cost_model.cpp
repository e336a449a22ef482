// What lowering assumes of time, from the configuration: see pipeline.h.
#include <algorithm>

#include "sim/experiment/pipeline.h"

namespace mmasim::sim {

runtime::CostModel cost_model(const models::SocConfig& config) {
  constexpr double kDdrEfficiency = 0.7;  // of the peak, for mixed traffic (hardware.md 3: 0.6 to 0.75)
  const double core_cycles_per_ns = config.core_clock_mhz / 1000;
  const auto& link = config.interconnect;
  runtime::CostModel cost;
  cost.ddr_bytes_per_cycle = std::min<double>(link.ddr_bytes_per_cycle,
                                              kDdrEfficiency * config.dram.peak_gbps() / core_cycles_per_ns);
  cost.l3_bytes_per_cycle = std::min<double>({static_cast<double>(link.l3_bytes_per_cycle),
                                              static_cast<double>(config.l3.read_bytes_per_cycle),
                                              static_cast<double>(config.dma.port_bytes_per_cycle)});
  cost.dma_start_cycles = config.dma.start_cycles + config.dma.issue_cycles;
  cost.tile_overhead_cycles = config.mma.open_cycles + config.machine.array_bytes + config.mma.drain_cycles +
                              config.mma.close_cycles + 4 * config.dma.issue_cycles;
  cost.dsp_macs_per_cycle = config.machine.vector_bytes / std::max(config.dsp.depthwise_tap_cycles, 0.01);
  return cost;
}

}  // namespace mmasim::sim
