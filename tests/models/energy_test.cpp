#include "models/energy.h"

#include <doctest/doctest.h>

using namespace mmasim;

TEST_CASE("energy: every count has its price") {
  models::LayerActivity layer;
  layer.end_cycle = 1000000;  // 1 ms at 1 GHz
  layer.array_macs[0] = 1000000000;
  layer.array_macs[2] = 1000000000;
  layer.dsp_operations[1] = 2000000000;
  layer.dsp_operations[isa::kNumWidths] = 1000000000;  // on reals
  layer.ddr = {1000000, 2000000};
  layer.ddr_activates = 1000;
  layer.ddr_refreshes = 10;
  layer.l3 = {0, 500000};
  layer.l2 = {1000000, 0};
  layer.l1 = {0, 1000000};
  layer.dma_bytes = 1000000;
  const models::EnergyConfig config;
  const models::Energy energy = models::layer_energy(layer, config, 1000);
  CHECK(energy.mma_mj == doctest::Approx(0.075 + 0.875));  // 1e9 pJ are 1 mJ
  CHECK(energy.dsp_mj == doctest::Approx(2 * 0.5 + 2.3));
  // 3e6 bytes of 64 pJ, 1000 activates of 2 nJ, 10 refreshes of 60 nJ
  CHECK(energy.ddr_mj == doctest::Approx(3e6 * 64e-9 + 1000 * 2e-6 + 10 * 60e-6));
  CHECK(energy.l3_mj == doctest::Approx(0.5e6 * 8.8e-9));
  CHECK(energy.noc_mj == doctest::Approx(3.5e6 * 1e-9));
  CHECK(energy.l2_mj == doctest::Approx(2.1e-3));
  CHECK(energy.l1_mj == doctest::Approx(0.6e-3));
  CHECK(energy.dma_mj == doctest::Approx(0.5e-3));
  CHECK(energy.static_mj == doctest::Approx(0.5));  // 500 mW for 1 ms
  models::Activity activity;
  activity.layers = {layer, layer};
  CHECK(models::total_energy(activity, config, 1000).total_mj() == doctest::Approx(2 * energy.total_mj()));
}
