#include "sim/report/trace_report.h"

namespace mmasim::sim {
namespace {

const Keys<TraceTotals>& total_keys() {
  using Row = TraceTotals;
  static const Keys<Row> keys{
      key(&Row::cycles, "cycles", "cycles", "of the core clock, as the run's own report has them"),
      key(&Row::ddr_read_bytes, "ddr_read_bytes", "bytes", "read from DDR"),
      key(&Row::ddr_write_bytes, "ddr_write_bytes", "bytes", "written to DDR"),
      key(&Row::l3_read_bytes, "l3_read_bytes", "bytes", "read from L3 (MSMC)"),
      key(&Row::l3_write_bytes, "l3_write_bytes", "bytes", "written to L3 (MSMC)"),
      key(&Row::l2_read_bytes, "l2_read_bytes", "bytes", "read from L2"),
      key(&Row::l2_write_bytes, "l2_write_bytes", "bytes", "written to L2"),
  };
  return keys;
}

const Keys<TraceUnit>& unit_keys() {
  using Row = TraceUnit;
  static const Keys<Row> keys{
      key(&Row::unit, "unit", "", "mma, dsp, dma, ddr, or wait: the core stands still"),
      key(&Row::busy_cycles, "busy_cycles", "cycles", "in which any part of it was at work"),
      key(&Row::overlap_cycles, "overlap_cycles", "cycles",
          "in which it and the other unit were both at work"),
  };
  return keys;
}

const Keys<TraceLayer>& layer_keys() {
  using Row = TraceLayer;
  static const Keys<Row> keys{
      key(&Row::name, "name", "", "name of the layer"),
      key(&Row::cycles, "cycles", "cycles", "end_cycle - start_cycle"),
      key(&Row::start_cycle, "start_cycle", "cycles", "first cycle"),
      key(&Row::end_cycle, "end_cycle", "cycles", "first cycle after it"),
      key(&Row::mma_cycles, "mma_cycles", "cycles", "as in report.json"),
      key(&Row::dsp_cycles, "dsp_cycles", "cycles", "as in report.json"),
      key(&Row::dma_cycles, "dma_cycles", "cycles", "as in report.json"),
      key(&Row::overhead_cycles, "overhead_cycles", "cycles", "as in report.json"),
      key(&Row::stall_cycles, "stall_cycles", "cycles", "by cause, as in report.json"),
      key(&Row::ddr_read_bytes, "ddr_read_bytes", "bytes", "read from DDR for this layer"),
      key(&Row::ddr_write_bytes, "ddr_write_bytes", "bytes", "written to DDR for this layer"),
      key(&Row::critical_cycles, "critical_cycles", "cycles",
          "of the layer's time, by what decided it: the critical path's steps"),
  };
  return keys;
}

const Keys<TracePathPiece>& piece_keys() {
  using Row = TracePathPiece;
  static const Keys<Row> keys{
      key(&Row::step, "step", "",
          "mma, dsp, setup, issue, a transfer's slowest memory (ddr, l3, l2), dma_start, or other"),
      key(&Row::layer, "layer", "", "whose work it is"),
      key(&Row::instruction, "instruction", "", "index in the program"),
      key(&Row::descriptor, "descriptor", "", "number of the transfer; 0 if it is none"),
      key(&Row::start_cycle, "start_cycle", "cycles", "from here on it decided the end"),
      key(&Row::cycles, "cycles", "cycles", "for so long"),
  };
  return keys;
}

const Keys<TraceBin>& bin_keys() {
  using Row = TraceBin;
  static const Keys<Row> keys{
      key(&Row::start_cycle, "start_cycle", "cycles", "first cycle of the bin"),
      key(&Row::cycles, "cycles", "cycles", "its width"),
      key(&Row::ddr_read_bytes, "ddr_read_bytes", "bytes", "read from DDR, by all cores"),
      key(&Row::ddr_write_bytes, "ddr_write_bytes", "bytes", "written to DDR"),
      key(&Row::l3_read_bytes, "l3_read_bytes", "bytes", "read from L3"),
      key(&Row::l3_write_bytes, "l3_write_bytes", "bytes", "written to L3"),
      key(&Row::l2_read_bytes, "l2_read_bytes", "bytes", "read from L2"),
      key(&Row::l2_write_bytes, "l2_write_bytes", "bytes", "written to L2"),
      key(&Row::mma_cycles, "mma_cycles", "cycles", "the array streams vectors"),
      key(&Row::dsp_cycles, "dsp_cycles", "cycles", "vector instructions"),
      key(&Row::dma_cycles, "dma_cycles", "cycles", "at least one chunk is under way"),
      key(&Row::stall_cycles, "stall_cycles", "cycles",
          "the core stands still, whatever the array does beside it"),
  };
  return keys;
}

}  // namespace

const Keys<TraceReport>& trace_report_keys() {
  using Row = TraceReport;
  static const Keys<Row> keys{
      key_that_is<Row>("schema", "mmasim.trace-report/1", "name of this format"),
      key(&Row::file, "file", "", "the trace"),
      key(&Row::network, "network", "", "name of the network; empty if the trace does not say"),
      key(&Row::precision, "precision", "", "of the run; empty if the trace does not say"),
      key(&Row::hardware, "hardware", "", "name of the configuration; empty if the trace does not say"),
      key(&Row::cores, "cores", "", "cores that the trace tells of"),
      key(&Row::core, "core", "",
          "the core that ended last: all figures are its, but those of DDR and of the timeline"),
      key(&Row::whole, "whole", "", "true: every layer and the end were recorded"),
      key(&Row::truncated_cycle, "truncated_cycle", "cycles",
          "where --trace-limit ended the trace; null: nowhere"),
      key_of_part(&Row::totals, total_keys(), "totals", "", "of what was recorded"),
      key_of_rows(&Row::units, unit_keys(), "units", "busy time per unit, and what overlapped"),
      key(&Row::stall_cycles, "stall_cycles", "cycles", "by cause, of all layers"),
      key(&Row::critical_cycles, "critical_cycles", "cycles",
          "the whole time by what decided it: the critical path's steps"),
      key_of_rows(&Row::critical_path, piece_keys(), "critical_path",
                  "its longest pieces of work, at most 1000, the longest first"),
      key_of_rows(&Row::layers, layer_keys(), "layers", "in their order"),
      key_of_rows(&Row::timeline, bin_keys(), "timeline", "the run over time, at most 1024 bins"),
  };
  return keys;
}

std::vector<StatSection> describe_trace() {
  constexpr const char* kFile = "mmasim trace";
  return {described(kFile, "", trace_report_keys()),  described(kFile, "totals", total_keys()),
          described(kFile, "units[]", unit_keys()),   described(kFile, "critical_path[]", piece_keys()),
          described(kFile, "layers[]", layer_keys()), described(kFile, "timeline[]", bin_keys())};
}

}  // namespace mmasim::sim
