// A run as `run` and `simulate` print it: its layers and totals, and what a verification found.
#pragma once

#include "sim/report/printout.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

class RunPrintout : public Printout {
 public:
  explicit RunPrintout(const RunReport& report) : report_(report) {}
  ordered_json json() const override { return to_json(report_keys(), report_); }
  Table table() const override;
  Table rows() const override;  // all keys of layers
  std::string footer() const override;

 private:
  const RunReport& report_;
};

}  // namespace mmasim::sim
