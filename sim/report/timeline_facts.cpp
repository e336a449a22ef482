#include "sim/report/timeline_facts.h"

namespace mmasim::sim {

TimelineFacts timeline_facts(const traces::Timeline& timeline) {
  TimelineFacts facts;
  facts.bin_cycles = timeline.bin_cycles();
  for (const auto& bin : timeline.bins()) {
    facts.ddr_read_bytes.push_back(bin.ddr.read_bytes);
    facts.ddr_write_bytes.push_back(bin.ddr.write_bytes);
    facts.l3_read_bytes.push_back(bin.l3.read_bytes);
    facts.l3_write_bytes.push_back(bin.l3.write_bytes);
    facts.l2_read_bytes.push_back(bin.l2.read_bytes);
    facts.l2_write_bytes.push_back(bin.l2.write_bytes);
    facts.mma_cycles.push_back(bin.mma_cycles);
    facts.dsp_cycles.push_back(bin.dsp_cycles);
    facts.dma_cycles.push_back(bin.dma_cycles);
    facts.stall_cycles.push_back(bin.stall_cycles);
  }
  return facts;
}

const Keys<TimelineFacts>& timeline_keys() {
  using Row = TimelineFacts;
  static const Keys<Row> keys{
      key(&Row::bin_cycles, "bin_cycles", "cycles",
          "width of a bin; the first begins at 0, each list has a number a bin"),
      key(&Row::ddr_read_bytes, "ddr_read_bytes", "bytes", "read from DDR"),
      key(&Row::ddr_write_bytes, "ddr_write_bytes", "bytes", "written to DDR"),
      key(&Row::l3_read_bytes, "l3_read_bytes", "bytes", "read from L3"),
      key(&Row::l3_write_bytes, "l3_write_bytes", "bytes", "written to L3"),
      key(&Row::l2_read_bytes, "l2_read_bytes", "bytes", "read from L2"),
      key(&Row::l2_write_bytes, "l2_write_bytes", "bytes", "written to L2"),
      key(&Row::mma_cycles, "mma_cycles", "cycles", "the array streams vectors"),
      key(&Row::dsp_cycles, "dsp_cycles", "cycles", "vector instructions"),
      key(&Row::dma_cycles, "dma_cycles", "cycles", "at least one DMA channel moves bytes"),
      key(&Row::stall_cycles, "stall_cycles", "cycles", "the core waits, whatever the array does beside it"),
  };
  return keys;
}

}  // namespace mmasim::sim
