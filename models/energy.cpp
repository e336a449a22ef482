#include "models/energy.h"

namespace mmasim::models {
namespace {

constexpr double kMillijoulePerPicojoule = 1e-9;

double bytes(const Traffic& traffic) {
  return static_cast<double>(traffic.read_bytes) + static_cast<double>(traffic.write_bytes);
}

double by_width(const uint64_t* counts, double pj8, double pj16, double pj32) {
  return static_cast<double>(counts[0]) * pj8 + static_cast<double>(counts[1]) * pj16 +
         static_cast<double>(counts[2]) * pj32;
}

}  // namespace

Energy& Energy::operator+=(const Energy& other) {
  mma_mj += other.mma_mj;
  dsp_mj += other.dsp_mj;
  dma_mj += other.dma_mj;
  noc_mj += other.noc_mj;
  l1_mj += other.l1_mj;
  l2_mj += other.l2_mj;
  l3_mj += other.l3_mj;
  ddr_mj += other.ddr_mj;
  static_mj += other.static_mj;
  return *this;
}

Energy layer_energy(const LayerActivity& layer, const EnergyConfig& config, double core_clock_mhz) {
  const double mj = kMillijoulePerPicojoule;
  Energy energy;
  energy.mma_mj =
      mj * by_width(layer.array_macs, config.mma_mac8_pj, config.mma_mac16_pj, config.mma_mac32_pj);
  energy.dsp_mj = mj * by_width(layer.dsp_operations, config.dsp_operation8_pj, config.dsp_operation16_pj,
                                config.dsp_operation32_pj) +
                  mj * config.dsp_float32_pj * static_cast<double>(layer.dsp_operations[isa::kNumWidths]);
  energy.dma_mj = mj * config.dma_pj_per_byte * static_cast<double>(layer.dma_bytes);
  energy.noc_mj = mj * config.noc_pj_per_byte * (bytes(layer.l3) + bytes(layer.ddr));
  energy.l1_mj = mj * config.l1_pj_per_byte * bytes(layer.l1);
  energy.l2_mj = mj * config.l2_pj_per_byte * bytes(layer.l2);
  energy.l3_mj = mj * config.l3_pj_per_byte * bytes(layer.l3);
  energy.ddr_mj = mj * (config.ddr_read_pj_per_byte * static_cast<double>(layer.ddr.read_bytes) +
                        config.ddr_write_pj_per_byte * static_cast<double>(layer.ddr.write_bytes) +
                        config.ddr_activate_pj * static_cast<double>(layer.ddr_activates) +
                        config.ddr_refresh_pj * static_cast<double>(layer.ddr_refreshes));
  const double seconds = static_cast<double>(layer.end_cycle - layer.start_cycle) / (core_clock_mhz * 1e6);
  energy.static_mj = config.static_mw * seconds;  // milliwatts times seconds are millijoules
  return energy;
}

Energy total_energy(const Activity& activity, const EnergyConfig& config, double core_clock_mhz) {
  Energy total;
  for (const LayerActivity& layer : activity.layers) total += layer_energy(layer, config, core_clock_mhz);
  return total;
}

}  // namespace mmasim::models
