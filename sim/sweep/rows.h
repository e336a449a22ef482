// A point of a sweep as a flat row: what was asked, every total of its report, what its hardware would cost,
// and why it failed if it did. Rows of results.csv; and the table that `mmasim sweep` prints.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/result_log.h"
#include "sim/report/describe_report.h"
#include "sim/report/printout.h"

namespace mmasim::sim {

// A stand-in for silicon area: on-chip SRAM (L2 and L3 of every core) in KiB, and a tenth of a KiB per 8-bit
// multiply-accumulator of the arrays. At 45 nm such a multiplier and its 32-bit adder take about 419 um2 and
// a byte of SRAM about 4 um2. It leaves out everything else.
struct AreaProxy {
  uint64_t array_macs = 0, sram_bytes = 0;
  double kib() const { return static_cast<double>(sram_bytes) / 1024 + static_cast<double>(array_macs) / 10; }
};
AreaProxy area_proxy(const Configuration& config);

class SweepRows {
 public:
  // set_keys: configuration keys that have a column each.
  explicit SweepRows(std::vector<std::string> set_keys) : set_keys_(std::move(set_keys)) {}

  ordered_json row(const LoggedResult& result) const;  // column to value; null: there is none
  std::string csv_header() const;                      // these end in a newline
  static std::string csv_line(const ordered_json& row);

 private:
  std::vector<std::string> set_keys_;
};

// The keys that a sweep's requests set, each once, in their order.
std::vector<std::string> set_keys_of(const std::vector<Request>& requests);

// Rows as a person reads them: the columns in which they differ, cycles, time, bytes and energy.
class SweepPrintout : public Printout {
 public:
  explicit SweepPrintout(std::vector<ordered_json> rows) : rows_(std::move(rows)) {}
  ordered_json json() const override;
  Table table() const override;
  Table rows() const override;
  std::string footer() const override;
  std::string page() const override;

 private:
  std::vector<ordered_json> rows_;
};

std::vector<StatSection> describe_sweep();  // the sweep file, results.csv and results.jsonl

}  // namespace mmasim::sim
