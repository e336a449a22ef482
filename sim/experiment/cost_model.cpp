// What lowering assumes of time, from the configuration: see pipeline.h.
#include <algorithm>

#include "models/memory/dram_address_map.h"
#include "sim/experiment/pipeline.h"

namespace mmasim::sim {
namespace {

// Channels of the DDR that one stream keeps busy: it asks for no more at a time than the DMA engine holds,
// and where the mapping puts the channel above a long run of addresses, all of that may lie in one channel.
double channels_of_a_stream(const models::SocConfig& config) {
  const models::DramAddressMap map(config.dram);
  const auto bursts = std::max<uint64_t>(
      1, (uint64_t{config.dma.outstanding_chunks} * config.dma.chunk_bytes) >> map.burst_bytes_log2());
  uint64_t most = 1;
  for (uint32_t channel = 0; channel < config.dram.channels; ++channel)
    most = std::max(most, map.count_in_channel(channel, 0, bursts));
  return static_cast<double>(bursts) / static_cast<double>(most);
}

}  // namespace

runtime::CostModel cost_model(const models::SocConfig& config) {
  constexpr double kDdrEfficiency = 0.7;  // of the peak, for mixed traffic (hardware.md 3: 0.6 to 0.75)
  const double core_cycles_per_ns = config.core_clock_mhz / 1000;
  const auto& link = config.interconnect;
  runtime::CostModel cost;
  const double stream_gbps =
      config.dram.peak_gbps() * channels_of_a_stream(config) / static_cast<double>(config.dram.channels);
  cost.ddr_bytes_per_cycle =
      std::min<double>(link.ddr_bytes_per_cycle, kDdrEfficiency * stream_gbps / core_cycles_per_ns);
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
