// Fixed costs of software that no instruction stands for: what ctl.layer spends (hardware.md 4).
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct OverheadConfig {
  uint64_t network_call_cycles = 0;
  uint64_t layer_setup_heavy_cycles = 7000;
  uint64_t layer_setup_light_cycles = 1200;
  uint64_t layer_dma_pipe_up_cycles = 2300;
  uint64_t layer_rest_heavy_cycles = 4570;
  uint64_t layer_rest_light_cycles = 10370;

  static constexpr auto keys = make_field_list(
      key(&OverheadConfig::network_call_cycles, "network_call_cycles", "cycles", 0, 1e12,
          "fixed cost of one network call inside the reported time (docs/fidelity.md)"),
      key(&OverheadConfig::layer_setup_heavy_cycles, "layer_setup_heavy_cycles", "cycles", 0, 1e9,
          "set-up of a layer that runs on the array (hardware.md 4: 6.2k to 7.8k)"),
      key(&OverheadConfig::layer_setup_light_cycles, "layer_setup_light_cycles", "cycles", 0, 1e9,
          "set-up of any other layer (hardware.md 4: 0.9k to 1.5k)"),
      key(&OverheadConfig::layer_dma_pipe_up_cycles, "layer_dma_pipe_up_cycles", "cycles", 0, 1e9,
          "programming of the DMA channels at the start of a layer (hardware.md 4: 2.3k to 4.2k)"),
      key(&OverheadConfig::layer_rest_heavy_cycles, "layer_rest_heavy_cycles", "cycles", 0, 1e9,
          "all else that is spent once a layer on the array: padding trigger, last block, cache operations "
          "(hardware.md 4: 4.7k to 20k; fitted, docs/fidelity.md)"),
      key(&OverheadConfig::layer_rest_light_cycles, "layer_rest_light_cycles", "cycles", 0, 1e9,
          "the same of any other layer (fitted, docs/fidelity.md)"));
};

}  // namespace mmasim::models
