// What `tune` tried: accuracy and cost of each quantization, and which of them no other beats in all.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/kit/keys.h"
#include "sim/report/flat_table.h"
#include "sim/report/printout.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

struct TunedRun {
  std::string quant, precision;
  double top1 = 0, drop_points = 0;  // 0..1; points of top-1 lost against float
  uint64_t cycles = 0, ddr_bytes = 0;
  double energy_mj = 0;
  bool is_pareto = false;
};

struct Tuning {
  NetworkFacts network;
  std::string config_name;
  Overrides overrides;
  uint64_t samples = 0;
  double float_top1 = 0, target_drop_points = 0;
  bool is_met = false;
  std::vector<TunedRun> runs;  // in the order they were tried
};

const Keys<Tuning>& tuning_keys();

// A run is marked unless another is as good in accuracy, cycles, bytes and energy and better in one.
void mark_pareto(Tuning& tuning);

class TuningPrintout : public Printout {
 public:
  explicit TuningPrintout(const Tuning& tuning) : tuning_(tuning) {}
  ordered_json json() const override { return to_json(tuning_keys(), tuning_); }
  Table table() const override;
  Table rows() const override { return flat_table(json().at("runs")); }
  std::string footer() const override;

 private:
  const Tuning& tuning_;
};

}  // namespace mmasim::sim
