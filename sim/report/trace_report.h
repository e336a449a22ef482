// What `mmasim trace` prints of a recorded trace, or of two side by side. The figures are made in
// traces/analysis; here they get names, units and a place.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/kit/keys.h"
#include "sim/report/describe_report.h"
#include "sim/report/flat_table.h"
#include "sim/report/printout.h"
#include "traces/analysis/summary.h"

namespace mmasim::sim {

struct TraceTotals {
  uint64_t cycles = 0;
  uint64_t ddr_read_bytes = 0, ddr_write_bytes = 0, l3_read_bytes = 0, l3_write_bytes = 0, l2_read_bytes = 0,
           l2_write_bytes = 0;
};

struct TraceUnit {
  std::string unit;
  uint64_t busy_cycles = 0;
  std::map<std::string, uint64_t> overlap_cycles;  // with every unit, itself included
};

struct TraceLayer {
  std::string name;
  uint64_t cycles = 0, start_cycle = 0, end_cycle = 0, mma_cycles = 0, dsp_cycles = 0, dma_cycles = 0,
           overhead_cycles = 0;
  std::map<std::string, uint64_t> stall_cycles;
  uint64_t ddr_read_bytes = 0, ddr_write_bytes = 0;
  std::map<std::string, uint64_t> critical_cycles;
};

struct TracePathPiece {
  std::string step, layer;
  uint64_t instruction = 0, descriptor = 0, start_cycle = 0, cycles = 0;
};

struct TraceBin {
  uint64_t start_cycle = 0, cycles = 0;
  uint64_t ddr_read_bytes = 0, ddr_write_bytes = 0, l3_read_bytes = 0, l3_write_bytes = 0, l2_read_bytes = 0,
           l2_write_bytes = 0;
  uint64_t mma_cycles = 0, dsp_cycles = 0, dma_cycles = 0, stall_cycles = 0;
};

struct TraceReport {
  std::string file, network, precision, hardware;
  uint64_t cores = 0, core = 0;
  bool whole = true;
  std::optional<uint64_t> truncated_cycle;
  TraceTotals totals;
  std::vector<TraceUnit> units;
  std::map<std::string, uint64_t> stall_cycles, critical_cycles;
  std::vector<TracePathPiece> critical_path;  // the longest pieces
  std::vector<TraceLayer> layers;
  std::vector<TraceBin> timeline;
};

// file: as the user named it.
TraceReport trace_report(const std::string& file, const traces::TraceSummary& summary);
const Keys<TraceReport>& trace_report_keys();
std::vector<StatSection> describe_trace();  // mmasim trace --format json

// top: most layers and pieces of the path in a table; JSON has all.
class TracePrintout : public Printout {
 public:
  TracePrintout(const TraceReport& report, uint64_t top) : report_(report), top_(top) {}
  ordered_json json() const override { return to_json(trace_report_keys(), report_); }
  Table table() const override { return table_for(For::person); }
  Table rows() const override { return table_for(For::program); }

 private:
  enum class For : uint8_t { person, program };
  Table table_for(For reader) const;

  const TraceReport& report_;
  const uint64_t top_;
};

class TraceComparisonPrintout : public Printout {
 public:
  TraceComparisonPrintout(const TraceReport& first, const TraceReport& second, uint64_t top)
      : first_(first), second_(second), top_(top) {}
  ordered_json json() const override;
  Table table() const override;
  Table rows() const override { return flat_table(json().at("rows")); }

 private:
  const TraceReport &first_, &second_;
  const uint64_t top_;
};

}  // namespace mmasim::sim
