#include "sim/report/tuning.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/describe_report.h"

namespace mmasim::sim {
namespace {

const Keys<TunedRun>& run_keys() {
  using Row = TunedRun;
  static const Keys<Row> keys{
      key(&Row::quant, "quant", "", "quantization preset"),
      key(&Row::precision, "precision", "", "of operands"),
      key(&Row::top1, "top1", "0..1", "share of the images whose class is the label"),
      key(&Row::drop_points, "drop_points", "points", "top-1 lost against float, in percent of the images"),
      key(&Row::cycles, "cycles", "cycles", "of one inference"),
      key(&Row::ddr_bytes, "ddr_bytes", "bytes", "read from DDR and written to it, by one inference"),
      key(&Row::energy_mj, "energy_mj", "mJ", "of one inference, relative and uncalibrated"),
      key(&Row::is_pareto, "pareto", "",
          "no other is as good in accuracy, cycles, bytes and energy and better in one"),
  };
  return keys;
}

bool beats(const TunedRun& a, const TunedRun& b) {
  const bool as_good =
      a.top1 >= b.top1 && a.cycles <= b.cycles && a.ddr_bytes <= b.ddr_bytes && a.energy_mj <= b.energy_mj;
  const bool better =
      a.top1 > b.top1 || a.cycles < b.cycles || a.ddr_bytes < b.ddr_bytes || a.energy_mj < b.energy_mj;
  return as_good && better;
}

}  // namespace

const Keys<Tuning>& tuning_keys() {
  using Row = Tuning;
  static const Keys<Row> keys{
      key_that_is<Row>("schema", "mmasim.tune/1", "mmasim.tune/1"),
      key_of_part(&Row::network, network_fact_keys(), "network", "", "as in report.json"),
      key(&Row::config_name, "config_name", "", "soc.name of the configuration"),
      key_of_part(&Row::overrides, override_keys(), "overrides", "", "as in report.json"),
      key(&Row::samples, "samples", "", "images classified"),
      key(&Row::float_top1, "float_top1", "0..1", "top1 of the float network"),
      key(&Row::target_drop_points, "target_drop_points", "points", "as asked for"),
      key(&Row::is_met, "met", "", "whether a run keeps to it"),
      key_of_rows(&Row::runs, run_keys(), "runs", "a row per quantization tried, in that order"),
  };
  return keys;
}

void mark_pareto(Tuning& tuning) {
  for (auto& run : tuning.runs)
    run.is_pareto = std::none_of(tuning.runs.begin(), tuning.runs.end(),
                                 [&](const TunedRun& other) { return beats(other, run); });
}

Table TuningPrintout::table() const {
  using Align = Column::Align;
  Table table{{{"quant", Align::left},
               {"precision", Align::left},
               {"top-1"},
               {"drop"},
               {"cycles"},
               {"DDR MB"},
               {"energy mJ*"},
               {"Pareto", Align::left}},
              {}};
  for (const auto& run : tuning_.runs) {
    table.rows.push_back({run.quant, run.precision, fmt::format("{:.2f}%", 100 * run.top1),
                          fmt::format("{:.2f}", run.drop_points), fmt::format("{}", run.cycles),
                          fmt::format("{:.3f}", static_cast<double>(run.ddr_bytes) / 1e6),
                          fmt::format("{:.4f}", run.energy_mj), run.is_pareto ? "yes" : ""});
  }
  return table;
}

std::string TuningPrintout::footer() const {
  const auto overrides = text_of(tuning_.overrides);
  return fmt::format(
      "\n{} on {}{}, {} images, float {:.2f}%; target: {:g} points lost at most, {}; * energy is relative "
      "and "
      "uncalibrated\n",
      tuning_.network.name, tuning_.config_name, overrides.empty() ? "" : " with " + overrides,
      tuning_.samples, 100 * tuning_.float_top1, tuning_.target_drop_points,
      tuning_.is_met ? "met" : "not met");
}

std::vector<StatSection> describe_tuning() {
  constexpr const char* kFile = "tune.json";
  return {described(kFile, "", tuning_keys()), described(kFile, "runs[]", run_keys())};
}

}  // namespace mmasim::sim
