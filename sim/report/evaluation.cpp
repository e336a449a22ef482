#include "sim/report/evaluation.h"

#include <fmt/format.h>

#include "sim/report/describe_report.h"

namespace mmasim::sim {
namespace {

const Keys<OutputAccuracy>& output_keys() {
  using Row = OutputAccuracy;
  static const Keys<Row> keys{
      key(&Row::name, "name", "", "tensor"),
      key(&Row::agreement_with_float, "agreement_with_float", "0..1",
          "share of the positions with the class that the float network gives: the largest along the "
          "channels of "
          "a map, or along the last axis"),
      key(&Row::sqnr_db, "sqnr_db", "dB", "signal to quantization noise; null without noise"),
  };
  return keys;
}

const Keys<EvaluatedRun>& run_keys() {
  using Row = EvaluatedRun;
  static const Keys<Row> keys{
      key(&Row::quant, "quant", "", "quantization preset, or float"),
      key(&Row::precision, "precision", "", "int8, int16 or int32; float32 of the float network"),
      key(&Row::top1, "top1", "0..1", "share of the images whose class is the label; null without labels"),
      key(&Row::agreement_with_float, "agreement_with_float", "0..1",
          "share of the images with the class that the float network gives; without labels, of all outputs' "
          "positions"),
      key(&Row::sqnr_db, "sqnr_db", "dB",
          "signal to quantization noise of all outputs; null for float, and without noise"),
      key(&Row::cycles, "cycles", "cycles", "of one inference; null for float"),
      key(&Row::energy_mj, "energy_mj", "mJ", "of one inference, relative and uncalibrated; null for float"),
      key_of_rows(&Row::outputs, output_keys(), "outputs", "a row per output; none for float"),
  };
  return keys;
}

template <class Number>
std::string number_text(const std::optional<Number>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), static_cast<double>(*value)) : "-";
}

std::string percent_text(const std::optional<double>& share) {
  return share ? fmt::format("{:.2f}%", 100 * *share) : "-";
}

}  // namespace

const Keys<AccuracyFacts>& accuracy_keys() {
  using Row = AccuracyFacts;
  static const Keys<Row> keys{
      key(&Row::samples, "samples", "", "images classified"),
      key(&Row::float_top1, "float_top1", "0..1", "top1 of the float network; null without labels"),
      key(&Row::top1, "top1", "0..1", "share of the images whose class is the label; null without labels"),
      key(&Row::agreement_with_float, "agreement_with_float", "0..1",
          "share of the images with the class that the float network gives; without labels, of all outputs' "
          "positions"),
      key(&Row::sqnr_db, "sqnr_db", "dB", "signal to quantization noise of all outputs; null without noise"),
      key_of_rows(&Row::outputs, output_keys(), "outputs", "a row per output"),
  };
  return keys;
}

EvaluatedRun float_run(const AccuracyFacts& accuracy) {
  EvaluatedRun run;
  run.quant = "float";
  run.precision = "float32";
  run.top1 = accuracy.float_top1;
  run.agreement_with_float = 1.0;
  return run;
}

EvaluatedRun quantized_run(const RunReport& report, const AccuracyFacts& accuracy) {
  return {report.quant.value_or(""),     report.precision, accuracy.top1,
          accuracy.agreement_with_float, accuracy.sqnr_db, report.totals.cycles,
          report.totals.energy_mj,       accuracy.outputs};
}

const Keys<Evaluation>& evaluation_keys() {
  static const Keys<Evaluation> keys{
      key_that_is<Evaluation>("schema", "mmasim.evaluate/1", "mmasim.evaluate/1"),
      key_of_part(&Evaluation::network, network_fact_keys(), "network", "", "as in report.json"),
      key(&Evaluation::config_name, "config_name", "", "soc.name of the configuration"),
      key_of_part(&Evaluation::overrides, override_keys(), "overrides", "", "as in report.json"),
      key(&Evaluation::samples, "samples", "", "images classified"),
      key_of_rows(&Evaluation::runs, run_keys(), "runs",
                  "a row per combination of preset and precision, after that of the float network"),
  };
  return keys;
}

Table EvaluationPrintout::table() const {
  using Align = Column::Align;
  Table table{{{"quant", Align::left},
               {"precision", Align::left},
               {"top-1"},
               {"agrees with float"},
               {"SQNR dB"},
               {"cycles"},
               {"energy mJ*"}},
              {}};
  for (const auto& run : evaluation_.runs) {
    table.rows.push_back({run.quant, run.precision, percent_text(run.top1),
                          fmt::format("{:.2f}%", 100 * run.agreement_with_float),
                          number_text(run.sqnr_db, "{:.1f}"), number_text(run.cycles, "{:.0f}"),
                          number_text(run.energy_mj, "{:.4f}")});
  }
  return table;
}

// Without labels, what each output is worth.
std::string EvaluationPrintout::footer() const {
  std::string text;
  for (const auto& run : evaluation_.runs) {
    if (run.top1) continue;
    for (const auto& output : run.outputs)
      text +=
          fmt::format("{} {}: {} agrees in {:.2f}% of its positions, SQNR {} dB\n", run.quant, run.precision,
                      output.name, 100 * output.agreement_with_float, number_text(output.sqnr_db, "{:.1f}"));
  }
  const auto overrides = text_of(evaluation_.overrides);
  return fmt::format("\n{}{} on {}{}, {} images; * energy is relative and uncalibrated\n", text,
                     evaluation_.network.name, evaluation_.config_name,
                     overrides.empty() ? "" : " with " + overrides, evaluation_.samples);
}

std::vector<StatSection> describe_evaluation() {
  constexpr const char* kFile = "evaluate.json";
  return {described(kFile, "", evaluation_keys()), described(kFile, "runs[]", run_keys()),
          described(kFile, "runs[].outputs[]", output_keys())};
}

}  // namespace mmasim::sim
