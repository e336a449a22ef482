// The DMA engine's ports, chunking and start cost. Channels and queue entries are the machine's.
#pragma once

#include <cstdint>

#include "isa/kit/config_field.h"

namespace mmasim::models {

struct DmaConfig {
  uint32_t issue_cycles = 12;
  uint32_t start_cycles = 100;
  uint32_t end_cycles = 10;
  uint32_t queues = 5;
  uint32_t priority_queues = 0;
  uint32_t port_bytes_per_cycle = 64;
  uint32_t burst_bytes = 128;
  uint32_t row_cycles = 1;
  uint32_t chunk_bytes = 2048;
  uint32_t chunk_rows = 64;
  uint32_t outstanding_chunks = 8;

  static constexpr auto keys = make_field_list(
      key(&DmaConfig::issue_cycles, "issue_cycles", "cycles", 1, 100000,
          "the core's time to hand over one dma instruction [?]"),
      key(&DmaConfig::start_cycles, "start_cycles", "cycles", 0, 100000,
          "from a descriptor at the head of its queue to its first read command [?]"),
      key(&DmaConfig::end_cycles, "end_cycles", "cycles", 0, 100000,
          "from a descriptor's last byte to its signal (hardware.md 4: DMA pipe-down 10 to 60)"),
      key(&DmaConfig::queues, "queues", "", 1, 64,
          "queues that take turns at the ports, a chunk each; channel c is served by queue c modulo queues "
          "(hardware.md 3)"),
      key(&DmaConfig::priority_queues, "priority_queues", "", 0, 63,
          "how many of the queues, from queue 0 on, go before all that follow instead of taking turns "
          "(hardware.md "
          "3: priority and round robin) [?]"),
      key(&DmaConfig::port_bytes_per_cycle, "port_bytes_per_cycle", "bytes/cycle", 1, 4096,
          "width of the engine's one read and one write port, shared by all channels (hardware.md 3) [?]"),
      key(&DmaConfig::burst_bytes, "burst_bytes", "bytes", 16, 65536,
          "bytes of one command on a port, which takes one command a cycle (hardware.md 3)"),
      key(&DmaConfig::row_cycles, "row_cycles", "cycles", 1, 1000,
          "strided access: least time of a port for one row, however short [?]"),
      key(&DmaConfig::chunk_bytes, "chunk_bytes", "bytes", 64, 65536,
          "longest piece of a descriptor that is read and then written as one; the channels take turns by it "
          "[?]"),
      key(&DmaConfig::chunk_rows, "chunk_rows", "", 1, 4096,
          "most rows of a strided descriptor that one piece covers [?]"),
      key(&DmaConfig::outstanding_chunks, "outstanding_chunks", "", 1, 256,
          "pieces under way at once: the engine's data buffer [?]"));
};

}  // namespace mmasim::models
