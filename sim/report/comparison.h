// Several timed runs of one network side by side: compare.json (interface: mmasim.compare/1), there and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/report/layer_stats.h"
#include "sim/report/printout.h"
#include "sim/report/run_report.h"
#include "sim/report/total_stats.h"

namespace mmasim::sim {

struct RatioToFirst {
  std::optional<double> cycles, energy_mj, ddr_bytes;  // none: the first run has 0
};

struct ComparedRun {
  std::string label, precision, config_name, quant;
  TotalStats totals;
  RatioToFirst ratio_to_first;
  std::vector<LayerStats> layers;
};

struct Comparison {
  std::vector<ComparedRun> runs;
};

// labels: one per report. Every report is of a timed run.
Comparison comparison_of(const std::vector<std::string>& labels, const std::vector<RunReport>& reports);

const Keys<Comparison>& comparison_keys();

class ComparisonPrintout : public Printout {
 public:
  explicit ComparisonPrintout(const Comparison& comparison) : comparison_(comparison) {}
  ordered_json json() const override { return to_json(comparison_keys(), comparison_); }
  Table table() const override;
  std::string footer() const override { return "\n* energy is relative and uncalibrated\n"; }

 private:
  const Comparison& comparison_;
};

}  // namespace mmasim::sim
