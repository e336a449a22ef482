// Times and widths of the matrix array that a program does not rely on. Panel and bank counts are the
// machine's.
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct MmaConfig {
  uint32_t open_cycles = 32;
  uint32_t drain_cycles = 24;
  uint32_t close_cycles = 5;
  double block_cycles = 2.5;
  uint32_t queue_entries = 4;
  uint32_t store_bytes_per_cycle = 64;

  static constexpr auto keys = make_field_list(
      key(&MmaConfig::open_cycles, "open_cycles", "cycles", 0, 10000,
          "start of the closed array, before its first panel load (hardware.md 2)"),
      key(&MmaConfig::drain_cycles, "drain_cycles", "cycles", 0, 10000,
          "latency of the transfer path, from the last row read to the last row in L2 (hardware.md 2)"),
      key(&MmaConfig::close_cycles, "close_cycles", "cycles", 0, 10000,
          "end of a run of array instructions, after the drain (hardware.md 2)"),
      key(&MmaConfig::block_cycles, "block_cycles", "cycles", 0, 1000,
          "start of every output block, before its first A vector (hardware.md 2: 2 to 3)"),
      key(&MmaConfig::queue_entries, "queue_entries", "", 1, 1024,
          "loads, streams and transfers, each, that the core may issue ahead [?]"),
      key(&MmaConfig::store_bytes_per_cycle, "store_bytes_per_cycle", "bytes/cycle", 1, 4096,
          "width of the transfer path to L2: one 512-bit store a cycle (hardware.md 2)"));
};

}  // namespace mmasim::models
