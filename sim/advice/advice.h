// What bounds a network and what would help: the measured effect of every alternative, and what follows from
// it in words (interface: mmasim.advise/1), there and back. Runs nothing: commands/advise.cpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/advice/alternatives.h"
#include "sim/report/describe_report.h"
#include "sim/report/flat_table.h"
#include "sim/report/printout.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

struct Change {
  std::string change, kind;
  Expected expected = Expected::either;
  std::vector<std::string> set, set_quant;  // overrides beyond the base's: configuration, quantization
  std::optional<SingleLayer> single;
  std::optional<uint64_t> cycles;  // none: it was not run
  std::optional<double> ratio, energy_ratio, ddr_ratio;
  std::vector<std::string> layers;  // behind it: those whose cycles changed most, the most first
  std::vector<std::string>
      rescheduled;                     // of a change that should help and does not: layers cut in another way
  std::optional<std::string> refused;  // why it was not run
};

// The best that was tried for one layer on the hardware as it is.
struct LayerChoice {
  std::string layer;
  uint64_t cycles = 0;
  std::string change;  // of the whole network or of a layer
  uint64_t best_cycles = 0;
  double ratio = 1;
};

struct Advice {
  NetworkFacts network;
  std::string config_name, precision;
  std::optional<std::string> quant;
  Overrides overrides;
  TotalStats base;
  std::vector<Change> changes;      // by their cycles, those not run last
  std::vector<LayerChoice> layers;  // by what they would save; those that would save nothing are left out
  std::vector<std::string> findings;
};

struct Tried {
  Alternative alternative;
  std::optional<RunReport> report;     // none: not run,
  std::optional<std::string> not_run;  // for this reason
};

// base: a timed report.
Advice advice_of(const RunReport& base, const std::vector<Tried>& tried);

const Keys<Advice>& advice_keys();

class AdvicePrintout : public Printout {
 public:
  explicit AdvicePrintout(const Advice& advice) : advice_(advice) {}
  ordered_json json() const override { return to_json(advice_keys(), advice_); }
  Table table() const override;
  Table rows() const override { return flat_table(json().at("changes")); }
  std::string footer() const override;

 private:
  const Advice& advice_;
};

std::vector<StatSection> describe_advice();

}  // namespace mmasim::sim
