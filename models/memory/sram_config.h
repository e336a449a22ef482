// The port that the interconnect sees of an on-chip memory: L2 or MSMC (L3). Capacity is the machine's.
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct SramConfig {
  uint32_t read_bytes_per_cycle = 64;
  uint32_t write_bytes_per_cycle = 64;
  uint32_t latency_cycles = 8;

  static constexpr auto keys = make_field_list(
      key(&SramConfig::read_bytes_per_cycle, "read_bytes_per_cycle", "bytes/cycle", 1, 4096,
          "width of the read port; a row that is shorter takes a whole cycle (hardware.md 3) [?]"),
      key(&SramConfig::write_bytes_per_cycle, "write_bytes_per_cycle", "bytes/cycle", 1, 4096,
          "width of the write port; a row that is shorter takes a whole cycle (hardware.md 3) [?]"),
      key(&SramConfig::latency_cycles, "latency_cycles", "cycles", 0, 100000,
          "from the last beat at the port to the completed access [?]"));
};

// Where the DMA engine's ports meet the core's streams in L2.
struct BankConfig {
  uint32_t banks = 4;
  uint32_t dma_wait_cycles = 15;

  static constexpr auto keys =
      make_field_list(key(&BankConfig::banks, "banks", "", 3, 64,
                          "accesses a cycle, all told: of the two operand streams, the results and the DMA "
                          "engine's two ports [?]"),
                      key(&BankConfig::dma_wait_cycles, "dma_wait_cycles", "cycles", 0, 999,
                          "arbitration: the core's streams go first, but a DMA access that has waited so "
                          "long goes before them [?]"));
};

}  // namespace mmasim::models
