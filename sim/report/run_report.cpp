#include "sim/report/run_report.h"

#include <sys/resource.h>

#include <fstream>
#include <string>

#include "sim/report/describe_report.h"

namespace mmasim::sim {
namespace {

const Keys<CalibrationFacts>& calibration_keys() {
  using Row = CalibrationFacts;
  static const Keys<Row> keys{
      key(&Row::source, "source", "",
          "a path; input or synthetic where the network's input served; null: nothing was calibrated"),
      key(&Row::samples, "samples", "", "samples calibrated on"),
  };
  return keys;
}

const Keys<InputFacts>& input_keys() {
  using Row = InputFacts;
  static const Keys<Row> keys{
      key(&Row::source, "source", "", "file or synthetic"),
      key_of_part(&Row::calibration, calibration_keys(), "calibration", "", "where the ranges come from"),
  };
  return keys;
}

const Keys<OutputFacts>& output_keys() {
  using Row = OutputFacts;
  static const Keys<Row> keys{
      key(&Row::name, "name", "", "of the network's output"),
      key(&Row::file, "file", "",
          "its integers, relative to the report: outputs/NAME.npy with NAME_2, NAME_3, ... for a name whose "
          ".npy or .float.npy is an earlier output's; null with --out none"),
      key(&Row::dtype, "dtype", "", "of the integers"),
      key(&Row::shape, "shape", "", "as the network names it"),
      key(&Row::scale, "scale", "", "float = (integer - zero_point) * scale"),
      key(&Row::zero_point, "zero_point", "", "the integer that stands for 0.0"),
      key(&Row::sha256, "sha256", "", "of that file, written or not"),
  };
  return keys;
}

const Keys<VerifyResult>& verify_keys() {
  using Row = VerifyResult;
  static const Keys<Row> keys{
      key(&Row::mode, "mode", "", "outputs or layers"),
      key(&Row::compared_tensors, "compared_tensors", "", "tensors compared with the reference"),
      key(&Row::compared_values, "compared_values", "", "their integers"),
      key(&Row::mismatches, "mismatches", "", "integers that differ"),
  };
  return keys;
}

const Keys<AccumulatorFacts>& accumulator_keys() {
  using Row = AccumulatorFacts;
  static const Keys<Row> keys{
      key(&Row::overflow_count, "overflow_count", "", "sums that left the accumulator's range"),
      key(&Row::policy, "policy", "", "what then happens: wrap, saturate or trap"),
  };
  return keys;
}

const Keys<runtime::Fallback>& fallback_keys() {
  using Row = runtime::Fallback;
  static const Keys<Row> keys{
      key(&Row::node, "node", "", "of the network"),
      key(&Row::reason, "reason", "", "why it does not run on its operator's usual unit"),
      key(&Row::ran_on, "ran_on", "", "the unit it ran on"),
  };
  return keys;
}

const Keys<HostFacts>& host_keys() {
  using Row = HostFacts;
  static const Keys<Row> keys{
      key(&Row::wall_s, "wall_s", "s",
          "the whole run; the five below and the rest, which is other_s, add up to it"),
      key(&Row::import_s, "import_s", "s", "reading the network and the inputs"),
      key(&Row::quantize_s, "quantize_s", "s", "calibration and the plan"),
      key(&Row::lower_s, "lower_s", "s", "making the program"),
      key(&Row::simulate_s, "simulate_s", "s", "executing it"),
      key(&Row::verify_s, "verify_s", "s", "the reference and the float network, and comparing with them"),
      key(&Row::other_s, "other_s", "s", "the rest: the configuration, the run's files"),
      key(&Row::peak_rss_mb, "peak_rss_mb", "MB", "most memory in use"),
      key(&Row::threads, "threads", "", "host threads allowed"),
  };
  return keys;
}

Key<RunReport> config_key() {
  return {"config",
          "",
          "the resolved hardware configuration, whole (docs/config.md)",
          {},
          [](const RunReport& row) { return to_json(row.config); },
          [](RunReport& row, const ordered_json& json, const std::string& path) {
            row.config = config_from_json(json, path);
          }};
}

Key<RunReport> config_name_key() {
  return {"config_name",
          "",
          "soc.name of the configuration",
          {},
          [](const RunReport& row) { return ordered_json(row.config.name); },
          [](RunReport& row, const ordered_json& json, const std::string& path) {
            index_of_word(json, {row.config.name}, path);
          }};
}

}  // namespace

const Keys<NetworkFacts>& network_fact_keys() {
  using Row = NetworkFacts;
  static const Keys<Row> keys{
      key(&Row::name, "name", "", "as the network calls itself"),
      key(&Row::file, "file", "", "as given; null for a compiled program"),
      key(&Row::sha256, "sha256", "", "of the network's file; null for a compiled program"),
      key(&Row::macs, "macs", "", "multiply-accumulates of Conv, ConvTranspose, Gemm and MatMul"),
      key(&Row::parameters, "parameters", "",
          "elements of all weights, biases and normalization constants; null for a compiled program"),
      key(&Row::operators, "operators", "", "nodes of the network's file; null for a compiled program"),
  };
  return keys;
}

const Keys<Overrides>& override_keys() {
  using Row = Overrides;
  static const Keys<Row> keys{
      key(&Row::config, "config", "", "--set of the configuration, path.to.key=value each"),
      key(&Row::quant, "quant", "", "--set-quant of the quantization, key=value each"),
      key(&Row::shapes, "shapes", "", "--shape of inputs, NAME=1,3,224,224 each"),
      key(&Row::outputs, "outputs", "", "--outputs: tensors that the network is cut at"),
  };
  return keys;
}

std::string text_of(const Overrides& overrides) {
  std::string text;
  const auto add = [&](const std::string& each) { text += (text.empty() ? "" : ", ") + each; };
  for (const auto* texts : {&overrides.config, &overrides.quant, &overrides.shapes})
    for (const auto& each : *texts) add(each);
  for (const auto& output : overrides.outputs) add("cut at " + output);
  return text;
}

const Keys<RunReport>& report_keys() {
  using Row = RunReport;
  static const Keys<Row> keys{
      key_that_is<Row>("schema", "mmasim.report/1", "mmasim.report/1"),
      key_that_is<Row>("mmasim_version", MMASIM_VERSION, "of the program that wrote it"),
      key_of_part(&Row::network, network_fact_keys(), "network", "", "what was run"),
      config_key(),
      config_name_key(),
      key_of_part(&Row::overrides, override_keys(), "overrides", "",
                  "what was changed of the configuration, the quantization and the network"),
      key(&Row::precision, "precision", "", "int8, int16 or int32"),
      key(&Row::quant, "quant", "", "quantization preset; null for a compiled program"),
      key_of_part(&Row::input, input_keys(), "input", "", "what the network was fed"),
      key_of_part(&Row::totals, total_stat_keys(), "totals", "", "the whole run"),
      key_of_rows(&Row::layers, layer_stat_keys(), "layers",
                  "a row a layer; they partition [0, totals.cycles)"),
      key_of_rows(&Row::edges, edge_keys(), "edges",
                  "the network as a graph of its layers; empty of a compiled program"),
      key_of_rows(&Row::outputs, output_keys(), "outputs",
                  "a row a network output; empty with --timing-only"),
      key_of_rows(
          &Row::memory, memory_keys(), "memory",
          "a row per block of L2, L3 and DDR: where everything lies, and how long; of a compiled program "
          "only what its file says: constants, inputs and outputs"),
      key_of_optional(
          &Row::timeline, timeline_keys(), "timeline",
          "the run in at most 1024 bins of equal time; null without time, and of one that is compared or "
          "swept"),
      key_of_optional(&Row::verify, verify_keys(), "verify",
                      "comparison with the reference; null if not asked"),
      key_of_optional(&Row::accumulator, accumulator_keys(), "accumulator",
                      "overflows of accumulators; null with --timing-only"),
      key_of_rows(&Row::fallbacks, fallback_keys(), "fallbacks",
                  "work that ran elsewhere than its operator's usual unit"),
      key(&Row::warnings, "warnings", "", "of the quantization plan, a line each"),
      key_of_part(&Row::host, host_keys(), "host", "", "the only part that differs between equal runs"),
  };
  return keys;
}

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
  constexpr const char* kFile = "report.json";
  return {described(kFile, "", report_keys()),
          described(kFile, "network", network_fact_keys()),
          described(kFile, "overrides", override_keys()),
          described(kFile, "input", input_keys()),
          described(kFile, "input.calibration", calibration_keys()),
          described(kFile, "totals", total_stat_keys()),
          described(kFile, "totals.energy", energy_stat_keys()),
          described(kFile, "layers[]", layer_stat_keys()),
          described(kFile, "layers[].error", layer_error_keys()),
          described(kFile, "edges[]", edge_keys()),
          described(kFile, "outputs[]", output_keys()),
          described(kFile, "memory[]", memory_keys()),
          described(kFile, "timeline", timeline_keys()),
          described(kFile, "verify", verify_keys()),
          described(kFile, "accumulator", accumulator_keys()),
          described(kFile, "fallbacks[]", fallback_keys()),
          described(kFile, "host", host_keys())};
}

}  // namespace mmasim::sim
