#include "sim/report/comparison.h"

#include <fmt/format.h>

#include <map>

#include "sim/report/describe_report.h"
#include "sim/report/flat_table.h"
#include "sim/report/html_page.h"

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

// Runs of one file are of one network, whatever it calls itself.
std::string network_of(const RunReport& report) {
  return report.network.sha256.value_or(report.network.name);
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
      key(&Row::label, "label", "",
          "precision, with network, preset and configuration where several are compared"),
      key(&Row::network, "network", "", "as the network calls itself"),
      key(&Row::network_file, "network_file", "", "its file as given"),
      key(&Row::network_sha256, "network_sha256", "", "of that file"),
      key(&Row::precision, "precision", "", "int8, int16 or int32"),
      key(&Row::config_name, "config_name", "", "soc.name of the configuration"),
      key(&Row::quant, "quant", "", "quantization preset"),
      key_of_part(&Row::overrides, override_keys(), "overrides", "", "as in report.json"),
      key_of_part(&Row::totals, total_stat_keys(), "totals", "", "as in report.json"),
      key_of_part(&Row::ratio_to_first, ratio_keys(), "ratio_to_first", "",
                  "this run's sums over those of the first run of its network; null where that has 0"),
      key_of_rows(&Row::layers, layer_stat_keys(), "layers", "as in report.json"),
      key_of_rows(&Row::changes, layer_change_keys(), "changes",
                  "a row per layer against the first run of its network, which has none itself"),
  };
  return keys;
}

}  // namespace

Comparison comparison_of(const std::vector<std::string>& labels, const std::vector<RunReport>& reports) {
  Comparison comparison;
  std::map<std::string, const RunReport*> firsts;  // by network
  for (size_t i = 0; i < reports.size(); ++i) {
    const auto& report = reports[i];
    const bool is_first = firsts.emplace(network_of(report), &report).second;
    const auto& first = *firsts.at(network_of(report));
    comparison.runs.push_back({labels[i],
                               report.network.name,
                               report.network.file,
                               report.network.sha256,
                               report.precision,
                               report.config.name,
                               report.quant.value_or(""),
                               report.overrides,
                               report.totals,
                               ratios(report.totals, first.totals),
                               report.layers,
                               {}});
    if (is_first) continue;
    comparison.runs.back().changes =
        changes({first.layers, first.config.machine}, {report.layers, report.config.machine});
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

Table ComparisonPrintout::table() const { return by_ == CompareBy::layers ? layer_table() : run_table(); }

Table ComparisonPrintout::run_table() const {
  using Align = Column::Align;
  Table table{{{"run", Align::left},
               {"config", Align::left},
               {"quant", Align::left},
               {"cycles"},
               {"x first"},
               {"ms"},
               {"inferences/s"},
               {"MACs/cycle"},
               {"MMA use"},
               {"DDR MB"},
               {"x first"},
               {"DDR GB/s"},
               {"energy mJ*"},
               {"x first"}},
              {}};
  for (const auto& run : comparison_.runs) {
    const auto& totals = run.totals;
    const auto& ratios = run.ratio_to_first;
    table.rows.push_back(
        {run.label, run.config_name, run.quant, fmt::format("{}", *totals.cycles), ratio_text(ratios.cycles),
         fmt::format("{:.3f}", *totals.time_ms), fmt::format("{:.1f}", *totals.inferences_per_second),
         fmt::format("{:.1f}", *totals.macs_per_cycle), fmt::format("{:.1f}%", 100 * *totals.mma_utilization),
         fmt::format("{:.3f}", ddr_bytes(totals) / 1e6), ratio_text(ratios.ddr_bytes),
         fmt::format("{:.2f}", *totals.ddr_bandwidth_gbps), fmt::format("{:.4f}", *totals.energy_mj),
         ratio_text(ratios.energy_mj)});
  }
  return table;
}

// A row per layer and run, the runs of a network one after the other.
Table ComparisonPrintout::layer_table() const {
  using Align = Column::Align;
  Table table{{{"run", Align::left},
               {"layer", Align::left},
               {"cycles"},
               {"x first"},
               {"MACs/cycle"},
               {"DDR MB"},
               {"energy mJ*"},
               {"bound", Align::left},
               {"in the first", Align::left},
               {"why", Align::left}},
              {}};
  for (const auto& run : comparison_.runs) {
    for (size_t i = 0; i < run.layers.size(); ++i) {
      const auto& layer = run.layers[i];
      const auto* change = run.changes.empty() ? nullptr : &run.changes[i];
      const auto bytes = static_cast<double>(*layer.ddr_read_bytes + *layer.ddr_write_bytes);
      table.rows.push_back({run.label, layer.name, fmt::format("{}", *layer.cycles),
                            change ? ratio_text(change->ratio) : "-",
                            fmt::format("{:.1f}", *layer.macs_per_cycle), fmt::format("{:.3f}", bytes / 1e6),
                            fmt::format("{:.4f}", *layer.energy_mj), *layer.bound,
                            change ? change->first_bound.value_or("-") : "-", change ? change->reason : ""});
    }
  }
  return table;
}

Table ComparisonPrintout::rows() const {
  std::vector<ordered_json> rows;
  auto comparison = json();
  for (auto& run : comparison["runs"]) {
    auto layers = std::move(run["layers"]);
    const auto changes = std::move(run["changes"]);
    run.erase("layers");
    run.erase("changes");
    if (by_ == CompareBy::runs) {
      rows.push_back(std::move(run));
      continue;
    }
    for (size_t i = 0; i < layers.size(); ++i) {
      ordered_json row{{"label", run["label"]}};
      for (const auto& [name, value] : layers[i].items())
        row[name] = value.is_object() ? ordered_json(cell_text(value)) : value;
      // the first run of a network has no changes
      const auto change = changes.empty() ? to_json(layer_change_keys(), LayerChange()) : changes[i];
      for (const auto& [name, value] : change.items())
        row["change." + name] = changes.empty() ? ordered_json() : value;
      rows.push_back(std::move(row));
    }
  }
  return flat_table(rows);
}

std::string ComparisonPrintout::footer() const {
  const auto overrides = comparison_.runs.empty() ? "" : text_of(comparison_.runs.front().overrides);
  return (overrides.empty() ? "" : "\nall with " + overrides) +
         "\n* energy is relative and uncalibrated; x first: against the first run of the network\n";
}

std::string ComparisonPrintout::page() const {
  return html_page("Comparison", {"kit.js", "compare.js"}, json(), table().aligned() + footer());
}

std::vector<StatSection> describe_comparison() {
  constexpr const char* kFile = "compare.json";
  return {described(kFile, "", comparison_keys()), described(kFile, "runs[]", run_keys()),
          described(kFile, "runs[].ratio_to_first", ratio_keys()),
          described(kFile, "runs[].changes[]", layer_change_keys())};
}

}  // namespace mmasim::sim
