// Everything a run has to tell, and report.json made of it (interface: mmasim.report/1). Writes no file:
// run_files.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/lower/lower.h"
#include "sim/experiment/execution.h"
#include "sim/experiment/pipeline.h"
#include "sim/experiment/verification.h"
#include "sim/report/layer_stats.h"
#include "sim/report/total_stats.h"

namespace mmasim::sim {

struct InputFacts {
  std::string source;  // "file" or "synthetic"
  std::optional<std::string>
      calibration_source;  // a path, "input" or "synthetic"; none: nothing was calibrated
  uint64_t calibration_samples = 0;
};

struct OutputFacts {
  std::string name, file;  // the file relative to the report
  std::string dtype;
  std::vector<int64_t> shape;
  double scale = 1;
  int64_t zero_point = 0;
  std::string sha256;  // of the file
};

struct AccumulatorFacts {
  uint64_t overflow_count = 0;
  std::string policy;
};

struct HostFacts {
  double wall_s = 0, import_s = 0, quantize_s = 0, lower_s = 0, simulate_s = 0;
  double peak_rss_mb = 0;
  unsigned threads = 1;
};

struct RunReport {
  NetworkFacts network;
  models::SocConfig config;
  std::string precision;
  std::optional<std::string> quant;  // none: a compiled program does not say
  InputFacts input;
  TotalStats totals;
  std::vector<LayerStats> layers;
  std::vector<OutputFacts> outputs;
  std::optional<VerifyResult> verify;
  std::optional<AccumulatorFacts> accumulator;
  std::vector<runtime::Fallback> fallbacks;
  HostFacts host;
};

ordered_json to_json(const RunReport& report);

// The most memory this process has had, in megabytes of 10^6 bytes.
double peak_rss_mb();

// The keys of every object of a report, as `describe stats` shows them.
struct StatLine {
  std::string name, unit, sentence;
};
struct StatSection {
  std::string path;  // "", "totals", "totals.energy", "layers[]", ...
  std::vector<StatLine> lines;
};
std::vector<StatSection> describe_report();

}  // namespace mmasim::sim
