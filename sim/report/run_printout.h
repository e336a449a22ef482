// A run as `run` and `simulate` print it: its layers and totals, and what a verification found.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/report/layer_table.h"
#include "sim/report/printout.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

class RunPrintout : public Printout {
 public:
  // selection: of the layers that a table shows; JSON and the page have all.
  explicit RunPrintout(const RunReport& report, const LayerSelection& selection = {})
      : report_(report), selection_(selection) {}
  ordered_json json() const override { return to_json(report_keys(), report_); }
  Table table() const override;
  Table rows() const override;  // all keys of layers
  std::string footer() const override;
  std::string page() const override;

 private:
  std::string title() const;

  std::vector<LayerStats> shown() const;
  std::set<std::string> elsewhere() const;
  std::string call_text() const;

  const RunReport& report_;
  const LayerSelection selection_;
};

}  // namespace mmasim::sim
