#include "sim/report/run_report.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

#include "sim/config/config.h"

namespace mmasim::sim {
namespace {

template <class Value>
ordered_json or_null(const std::optional<Value>& value) {
  return value ? ordered_json(*value) : ordered_json();
}

template <class Row>
ordered_json rows_to_json(const StatTable<Row>& table, const std::vector<Row>& rows) {
  ordered_json json = ordered_json::array();
  for (const auto& row : rows) json.push_back(to_json(table, row));
  return json;
}

const StatTable<NetworkFacts>& network_table() {
  using Row = NetworkFacts;
  static const StatTable<Row> table{
      {"name", "", "as the network calls itself", [](const Row& row) { return ordered_json(row.name); }},
      {"file", "", "as given; null for a compiled program", [](const Row& row) { return or_null(row.file); }},
      {"sha256", "", "of the network's file; null for a compiled program",
       [](const Row& row) { return or_null(row.sha256); }},
      {"macs", "", "multiply-accumulates of Conv, ConvTranspose, Gemm and MatMul",
       [](const Row& row) { return ordered_json(row.macs); }},
      {"parameters", "",
       "elements of all weights, biases and normalization constants; null for a compiled program",
       [](const Row& row) { return or_null(row.parameters); }},
      {"operators", "", "nodes of the network's file; null for a compiled program",
       [](const Row& row) { return or_null(row.operators); }},
  };
  return table;
}

const StatTable<InputFacts>& calibration_table() {
  using Row = InputFacts;
  static const StatTable<Row> table{
      {"source", "",
       "a path; input or synthetic where the network's input served; null: nothing was calibrated",
       [](const Row& row) { return or_null(row.calibration_source); }},
      {"samples", "", "samples calibrated on",
       [](const Row& row) { return ordered_json(row.calibration_samples); }},
  };
  return table;
}

const StatTable<InputFacts>& input_table() {
  using Row = InputFacts;
  static const StatTable<Row> table{
      {"source", "", "file or synthetic", [](const Row& row) { return ordered_json(row.source); }},
      {"calibration", "", "where the ranges come from",
       [](const Row& row) { return to_json(calibration_table(), row); }},
  };
  return table;
}

const StatTable<OutputFacts>& output_table() {
  using Row = OutputFacts;
  static const StatTable<Row> table{
      {"name", "", "of the network's output", [](const Row& row) { return ordered_json(row.name); }},
      {"file", "",
       "its integers, relative to the report: outputs/NAME.npy with NAME_2, NAME_3, ... for a name whose "
       ".npy or .float.npy is an earlier output's",
       [](const Row& row) { return ordered_json(row.file); }},
      {"dtype", "", "of the integers", [](const Row& row) { return ordered_json(row.dtype); }},
      {"shape", "", "as the network names it", [](const Row& row) { return ordered_json(row.shape); }},
      {"scale", "", "float = (integer - zero_point) * scale",
       [](const Row& row) { return ordered_json(row.scale); }},
      {"zero_point", "", "the integer that stands for 0.0",
       [](const Row& row) { return ordered_json(row.zero_point); }},
      {"sha256", "", "of the file", [](const Row& row) { return ordered_json(row.sha256); }},
  };
  return table;
}

const StatTable<VerifyResult>& verify_table() {
  using Row = VerifyResult;
  static const StatTable<Row> table{
      {"mode", "", "outputs or layers", [](const Row& row) { return ordered_json(row.mode); }},
      {"compared_tensors", "", "tensors compared with the reference",
       [](const Row& row) { return ordered_json(row.compared_tensors); }},
      {"compared_values", "", "their integers",
       [](const Row& row) { return ordered_json(row.compared_values); }},
      {"mismatches", "", "integers that differ", [](const Row& row) { return ordered_json(row.mismatches); }},
  };
  return table;
}

const StatTable<AccumulatorFacts>& accumulator_table() {
  using Row = AccumulatorFacts;
  static const StatTable<Row> table{
      {"overflow_count", "", "sums that left the accumulator's range",
       [](const Row& row) { return ordered_json(row.overflow_count); }},
      {"policy", "", "what then happens: wrap, saturate or trap",
       [](const Row& row) { return ordered_json(row.policy); }},
  };
  return table;
}

const StatTable<runtime::Fallback>& fallback_table() {
  using Row = runtime::Fallback;
  static const StatTable<Row> table{
      {"node", "", "of the network", [](const Row& row) { return ordered_json(row.node); }},
      {"reason", "", "why it does not run on its operator's usual unit",
       [](const Row& row) { return ordered_json(row.reason); }},
      {"ran_on", "", "the unit it ran on", [](const Row& row) { return ordered_json(row.ran_on); }},
  };
  return table;
}

const StatTable<HostFacts>& host_table() {
  using Row = HostFacts;
  static const StatTable<Row> table{
      {"wall_s", "s", "the whole command", [](const Row& row) { return ordered_json(row.wall_s); }},
      {"import_s", "s", "reading the network and the inputs",
       [](const Row& row) { return ordered_json(row.import_s); }},
      {"quantize_s", "s", "calibration and the plan",
       [](const Row& row) { return ordered_json(row.quantize_s); }},
      {"lower_s", "s", "making the program", [](const Row& row) { return ordered_json(row.lower_s); }},
      {"simulate_s", "s", "executing it", [](const Row& row) { return ordered_json(row.simulate_s); }},
      {"peak_rss_mb", "MB", "most memory in use",
       [](const Row& row) { return ordered_json(row.peak_rss_mb); }},
      {"threads", "", "host threads allowed", [](const Row& row) { return ordered_json(row.threads); }},
  };
  return table;
}

const StatTable<RunReport>& report_table() {
  using Row = RunReport;
  static const StatTable<Row> table{
      {"schema", "", "mmasim.report/1", [](const Row&) { return ordered_json("mmasim.report/1"); }},
      {"mmasim_version", "", "of the program that wrote it",
       [](const Row&) { return ordered_json(MMASIM_VERSION); }},
      {"network", "", "what was run", [](const Row& row) { return to_json(network_table(), row.network); }},
      {"config", "", "the resolved hardware configuration, whole (docs/config.md)",
       [](const Row& row) { return to_json(row.config); }},
      {"config_name", "", "soc.name of the configuration",
       [](const Row& row) { return ordered_json(row.config.name); }},
      {"precision", "", "int8, int16 or int32", [](const Row& row) { return ordered_json(row.precision); }},
      {"quant", "", "quantization preset; null for a compiled program",
       [](const Row& row) { return or_null(row.quant); }},
      {"input", "", "what the network was fed",
       [](const Row& row) { return to_json(input_table(), row.input); }},
      {"totals", "", "the whole run", [](const Row& row) { return to_json(total_stat_table(), row.totals); }},
      {"layers", "", "a row a layer; they partition [0, totals.cycles)",
       [](const Row& row) { return rows_to_json(layer_stat_table(), row.layers); }},
      {"outputs", "", "a row a network output; empty with --timing-only",
       [](const Row& row) { return rows_to_json(output_table(), row.outputs); }},
      {"verify", "", "comparison with the reference; null if not asked",
       [](const Row& row) { return row.verify ? to_json(verify_table(), *row.verify) : ordered_json(); }},
      {"accumulator", "", "overflows of accumulators; null with --timing-only",
       [](const Row& row) {
         return row.accumulator ? to_json(accumulator_table(), *row.accumulator) : ordered_json();
       }},
      {"fallbacks", "", "work that ran elsewhere than its operator's usual unit",
       [](const Row& row) { return rows_to_json(fallback_table(), row.fallbacks); }},
      {"host", "", "the only part that differs between equal runs",
       [](const Row& row) { return to_json(host_table(), row.host); }},
  };
  return table;
}

template <class Row>
StatSection described(const std::string& path, const StatTable<Row>& table) {
  StatSection section{path, {}};
  for (const auto& stat : table) section.lines.push_back({stat.name, stat.unit, stat.sentence});
  return section;
}

}  // namespace

ordered_json to_json(const RunReport& report) { return to_json(report_table(), report); }

// Linux tells it of this program alone; getrusage() also of whoever forked before it became this program.
double peak_rss_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (uint64_t kilobytes = 0; word == "VmHWM:" && status >> kilobytes)
      return static_cast<double>(kilobytes) * 1024 / 1e6;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

std::vector<StatSection> describe_report() {
  return {described("", report_table()),
          described("network", network_table()),
          described("input", input_table()),
          described("input.calibration", calibration_table()),
          described("totals", total_stat_table()),
          described("totals.energy", energy_stat_table()),
          described("layers[]", layer_stat_table()),
          described("outputs[]", output_table()),
          described("verify", verify_table()),
          described("accumulator", accumulator_table()),
          described("fallbacks[]", fallback_table()),
          described("host", host_table())};
}

}  // namespace mmasim::sim
