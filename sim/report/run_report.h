// Everything a run has to tell: report.json (interface: mmasim.report/1), there and back. Writes no file:
// run_files.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/lower/lower.h"
#include "sim/config/config.h"
#include "sim/report/layer_stats.h"
#include "sim/report/memory_facts.h"
#include "sim/report/timeline_facts.h"
#include "sim/report/total_stats.h"

namespace mmasim::sim {

struct NetworkFacts {
  std::string name;
  std::optional<std::string> file, sha256;  // none for a compiled program
  uint64_t macs = 0;
  std::optional<uint64_t> parameters, operators;
};

// What a user changed on the command line or in a request, each as it was said.
struct Overrides {
  std::vector<std::string> config, quant;    // "path.to.key=value", "key=value"
  std::vector<std::string> shapes, outputs;  // "NAME=1,3,224,224"; tensors that the network is cut at
};

struct CalibrationFacts {
  std::optional<std::string> source;  // a path, "input" or "synthetic"; none: nothing was calibrated
  uint64_t samples = 0;
};

struct InputFacts {
  std::string source;  // "file" or "synthetic"
  CalibrationFacts calibration;
};

struct OutputFacts {
  std::string name;
  std::optional<std::string> file;  // relative to the report; none: --out none
  std::string dtype;
  std::vector<int64_t> shape;
  double scale = 1;
  int64_t zero_point = 0;
  std::string sha256;  // of the file, written or not
};

struct VerifyResult {
  std::string mode;  // "outputs" or "layers"
  uint64_t compared_tensors = 0, compared_values = 0, mismatches = 0;
  std::vector<std::string> differences;  // a line per tensor that differs; no key
};

struct AccumulatorFacts {
  uint64_t overflow_count = 0;
  std::string policy;
};

struct HostFacts {
  double wall_s = 0;  // the sum of these:
  double import_s = 0, quantize_s = 0, lower_s = 0, simulate_s = 0, verify_s = 0, other_s = 0;
  double peak_rss_mb = 0;
  unsigned threads = 1;
};

struct RunReport {
  NetworkFacts network;
  Configuration config;
  Overrides overrides;
  std::string precision;
  std::optional<std::string> quant;  // none: a compiled program does not say
  InputFacts input;
  TotalStats totals;
  std::vector<LayerStats> layers;
  std::vector<EdgeFacts> edges;
  std::vector<OutputFacts> outputs;
  std::vector<MemoryFacts> memory;
  std::optional<TimelineFacts> timeline;
  std::optional<VerifyResult> verify;
  std::optional<AccumulatorFacts> accumulator;
  std::vector<runtime::Fallback> fallbacks;
  std::vector<std::string> warnings;
  HostFacts host;
};

const Keys<RunReport>& report_keys();
const Keys<NetworkFacts>& network_fact_keys();
const Keys<Overrides>& override_keys();

// "l2.banks=8, weight.bits=16"; empty without overrides.
std::string text_of(const Overrides& overrides);

// The most memory this process has had, in megabytes of 10^6 bytes.
double peak_rss_mb();

}  // namespace mmasim::sim
