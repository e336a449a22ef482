#include "sim/report/comparison.h"

#include <fmt/format.h>

#include "sim/report/describe_report.h"

namespace mmasim::sim {
namespace {

double ddr_bytes(const TotalStats& totals) {
  return static_cast<double>(*totals.ddr_read_bytes) + static_cast<double>(*totals.ddr_write_bytes);
}

std::optional<double> ratio(double value, double first) {
  if (first > 0) return value / first;
  return std::nullopt;
}

RatioToFirst ratios(const TotalStats& totals, const TotalStats& first) {
  return {ratio(static_cast<double>(*totals.cycles), static_cast<double>(*first.cycles)),
          ratio(*totals.energy_mj, *first.energy_mj), ratio(ddr_bytes(totals), ddr_bytes(first))};
}

std::string ratio_text(const std::optional<double>& value) {
  return value ? fmt::format("{:.2f}", *value) : "-";
}

const Keys<RatioToFirst>& ratio_keys() {
  using Row = RatioToFirst;
  static const Keys<Row> keys{
      key(&Row::cycles, "cycles", "", "totals.cycles"),
      key(&Row::energy_mj, "energy_mj", "", "totals.energy_mj"),
      key(&Row::ddr_bytes, "ddr_bytes", "", "totals.ddr_read_bytes + totals.ddr_write_bytes"),
  };
  return keys;
}

const Keys<ComparedRun>& run_keys() {
  using Row = ComparedRun;
  static const Keys<Row> keys{
      key(&Row::label, "label", "", "precision, and preset and configuration where several are compared"),
      key(&Row::precision, "precision", "", "int8, int16 or int32"),
      key(&Row::config_name, "config_name", "", "soc.name of the configuration"),
      key(&Row::quant, "quant", "", "quantization preset"),
      key_of_part(&Row::totals, total_stat_keys(), "totals", "", "as in report.json"),
      key_of_part(&Row::ratio_to_first, ratio_keys(), "ratio_to_first", "",
                  "this run's sums over those of the first run; null where the first has 0"),
      key_of_rows(&Row::layers, layer_stat_keys(), "layers", "as in report.json"),
  };
  return keys;
}

}  // namespace

Comparison comparison_of(const std::vector<std::string>& labels, const std::vector<RunReport>& reports) {
  Comparison comparison;
  for (size_t i = 0; i < reports.size(); ++i) {
    const auto& report = reports[i];
    comparison.runs.push_back({labels[i], report.precision, report.config.name, report.quant.value_or(""),
                               report.totals, ratios(report.totals, reports.front().totals), report.layers});
  }
  return comparison;
}

const Keys<Comparison>& comparison_keys() {
  static const Keys<Comparison> keys{
      key_that_is<Comparison>("schema", "mmasim.compare/1", "mmasim.compare/1"),
      key_of_rows(&Comparison::runs, run_keys(), "runs", "a row per run, in the order asked for"),
  };
  return keys;
}

Table ComparisonPrintout::table() const {
  using Align = Column::Align;
  Table table{{{"run", Align::left},
               {"config", Align::left},
               {"quant", Align::left},
               {"cycles"},
               {"x first"},
               {"ms"},
               {"MMA use"},
               {"DDR MB"},
               {"x first"},
               {"energy mJ*"},
               {"x first"}},
              {}};
  for (const auto& run : comparison_.runs) {
    const auto& totals = run.totals;
    const auto& ratios = run.ratio_to_first;
    table.rows.push_back({run.label, run.config_name, run.quant, fmt::format("{}", *totals.cycles),
                          ratio_text(ratios.cycles), fmt::format("{:.3f}", *totals.time_ms),
                          fmt::format("{:.1f}%", 100 * *totals.mma_utilization),
                          fmt::format("{:.3f}", ddr_bytes(totals) / 1e6), ratio_text(ratios.ddr_bytes),
                          fmt::format("{:.4f}", *totals.energy_mj), ratio_text(ratios.energy_mj)});
  }
  return table;
}

std::vector<StatSection> describe_comparison() {
  constexpr const char* kFile = "compare.json";
  return {described(kFile, "", comparison_keys()), described(kFile, "runs[]", run_keys()),
          described(kFile, "runs[].ratio_to_first", ratio_keys())};
}

}  // namespace mmasim::sim
