// Links of the interconnect: one to each memory and one back.
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct InterconnectConfig {
  uint32_t l2_bytes_per_cycle = 64;
  uint32_t l3_bytes_per_cycle = 64;
  uint32_t ddr_bytes_per_cycle = 32;
  uint32_t l2_latency_cycles = 4;
  uint32_t l3_latency_cycles = 16;
  uint32_t ddr_latency_cycles = 60;

  static constexpr auto keys =
      make_field_list(key(&InterconnectConfig::l2_bytes_per_cycle, "l2_bytes_per_cycle", "bytes/cycle", 1,
                          4096, "width of the link between the DMA engine and L2, each way [?]"),
                      key(&InterconnectConfig::l3_bytes_per_cycle, "l3_bytes_per_cycle", "bytes/cycle", 1,
                          4096, "width of the link to MSMC, each way [?]"),
                      key(&InterconnectConfig::ddr_bytes_per_cycle, "ddr_bytes_per_cycle", "bytes/cycle", 1,
                          4096, "width of the link to the DDR controller, each way [?]"),
                      key(&InterconnectConfig::l2_latency_cycles, "l2_latency_cycles", "cycles", 0, 100000,
                          "latency of the way to L2 and back [?]"),
                      key(&InterconnectConfig::l3_latency_cycles, "l3_latency_cycles", "cycles", 0, 100000,
                          "latency of the way to MSMC and back [?]"),
                      key(&InterconnectConfig::ddr_latency_cycles, "ddr_latency_cycles", "cycles", 0, 100000,
                          "latency of the way to the DDR controller and back [?]"));
};

}  // namespace mmasim::models
