// Several timed runs side by side, of one network or of several: compare.json (interface: mmasim.compare/1),
// there and back. The first run of a network is what its others are compared with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/report/layer_change.h"
#include "sim/report/layer_stats.h"
#include "sim/report/printout.h"
#include "sim/report/run_report.h"
#include "sim/report/total_stats.h"

namespace mmasim::sim {

struct RatioToFirst {
  std::optional<double> cycles, energy_mj, ddr_bytes;  // none: the first run has 0
};

struct ComparedRun {
  std::string label, network;
  std::optional<std::string> network_file, network_sha256;
  std::string precision, config_name, quant;
  Overrides overrides;
  TotalStats totals;
  RatioToFirst ratio_to_first;
  std::vector<LayerStats> layers;
  std::vector<LayerChange> changes;  // none of the first run
};

struct Comparison {
  std::vector<ComparedRun> runs;
};

// labels: one per report. Every report is of a timed run.
Comparison comparison_of(const std::vector<std::string>& labels, const std::vector<RunReport>& reports);

const Keys<Comparison>& comparison_keys();

enum class CompareBy : uint8_t { runs, layers };

class ComparisonPrintout : public Printout {
 public:
  explicit ComparisonPrintout(const Comparison& comparison, CompareBy by = CompareBy::runs)
      : comparison_(comparison), by_(by) {}
  ordered_json json() const override { return to_json(comparison_keys(), comparison_); }
  Table table() const override;
  Table rows() const override;  // all keys of runs or of their layers
  std::string footer() const override;
  std::string page() const override;

 private:
  Table run_table() const;
  Table layer_table() const;

  const Comparison& comparison_;
  const CompareBy by_;
};

}  // namespace mmasim::sim
