// Accuracy of a network on a dataset, in float and quantized: evaluate.json (interface: mmasim.evaluate/1),
// there and back. Classifies nothing: experiment/accuracy.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/report/flat_table.h"
#include "sim/report/printout.h"
#include "sim/report/run_report.h"

namespace mmasim::sim {

struct OutputAccuracy {  // of one output of a quantized network beside the float one
  std::string name;
  double agreement_with_float = 0;  // 0..1
  std::optional<double> sqnr_db;    // none: no noise
};

struct AccuracyFacts {  // of a quantized network beside the float one
  uint64_t samples = 0;
  std::optional<double> float_top1, top1;  // 0..1; none: the images have no labels
  double agreement_with_float = 0;         // 0..1
  std::optional<double> sqnr_db;           // none: no noise
  std::vector<OutputAccuracy> outputs;
};
const Keys<AccuracyFacts>& accuracy_keys();

struct EvaluatedRun {
  std::string quant, precision;
  std::optional<double> top1;  // none: the images have no labels
  double agreement_with_float = 0;
  std::optional<double> sqnr_db;
  std::optional<uint64_t> cycles;
  std::optional<double> energy_mj;
  std::vector<OutputAccuracy> outputs{};  // none of float
};

struct Evaluation {
  NetworkFacts network;
  std::string config_name;
  Overrides overrides;
  uint64_t samples = 0;
  std::vector<EvaluatedRun> runs;  // the first is float
};

EvaluatedRun float_run(const AccuracyFacts& accuracy);
EvaluatedRun quantized_run(const RunReport& report, const AccuracyFacts& accuracy);

const Keys<Evaluation>& evaluation_keys();

class EvaluationPrintout : public Printout {
 public:
  explicit EvaluationPrintout(const Evaluation& evaluation) : evaluation_(evaluation) {}
  ordered_json json() const override { return to_json(evaluation_keys(), evaluation_); }
  Table table() const override;
  Table rows() const override { return flat_table(json().at("runs")); }
  std::string footer() const override;

 private:
  const Evaluation& evaluation_;
};

}  // namespace mmasim::sim
