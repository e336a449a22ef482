// Fixed costs of software that no instruction stands for: what ctl.layer spends (hardware.md 4).
#pragma once

#include <cstdint>
#include <tuple>

#include "models/kit/config_field.h"

namespace mmasim::models {

struct OverheadConfig {
  uint64_t network_call_cycles = 100000;
  uint64_t layer_setup_heavy_cycles = 7000;
  uint64_t layer_setup_light_cycles = 1200;
  uint64_t layer_dma_pipe_up_cycles = 1500;
  uint64_t layer_rest_cycles = 4700;

  static constexpr auto keys = std::make_tuple(
      key(&OverheadConfig::network_call_cycles, "network_call_cycles", "cycles", 0, 1e12,
          "fixed cost of one network call [?]"),
      key(&OverheadConfig::layer_setup_heavy_cycles, "layer_setup_heavy_cycles", "cycles", 0, 1e9,
          "set-up of a layer that runs on the array (hardware.md 4: 6.2k to 7.8k)"),
      key(&OverheadConfig::layer_setup_light_cycles, "layer_setup_light_cycles", "cycles", 0, 1e9,
          "set-up of any other layer (hardware.md 4: 0.9k to 1.5k)"),
      key(&OverheadConfig::layer_dma_pipe_up_cycles, "layer_dma_pipe_up_cycles", "cycles", 0, 1e9,
          "programming of the DMA channels at the start of a layer, beside the transfers that the program "
          "names (hardware.md 4: 2.3k to 4.2k with them)"),
      key(&OverheadConfig::layer_rest_cycles, "layer_rest_cycles", "cycles", 0, 1e9,
          "all else that is spent once a layer: padding trigger, cache operations, trace (hardware.md 4: "
          "4.7k "
          "to 20k)"));
};

}  // namespace mmasim::models
