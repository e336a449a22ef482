#include "sim/advice/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/advice/findings.h"

namespace mmasim::sim {
namespace {

double ddr_bytes(const TotalStats& totals) {
  return static_cast<double>(totals.ddr_read_bytes.value_or(0)) +
         static_cast<double>(totals.ddr_write_bytes.value_or(0));
}

std::optional<double> ratio(double value, double base) {
  if (base > 0) return value / base;
  return std::nullopt;
}

const LayerStats* find_layer(const std::map<std::string, const LayerStats*>& layers,
                             const std::string& name) {
  const auto found = layers.find(name);
  return found == layers.end() ? nullptr : found->second;
}

std::map<std::string, const LayerStats*> by_name(const RunReport& report) {
  std::map<std::string, const LayerStats*> layers;
  for (const auto& layer : report.layers) layers.emplace(layer.name, &layer);
  return layers;
}

// Those whose cycles changed in the direction of the whole, the most first, until nine tenths are told.
std::vector<std::string> layers_behind(const RunReport& base, const RunReport& report) {
  const auto layers = by_name(report);
  const double sign = *report.totals.cycles <= *base.totals.cycles ? 1 : -1;
  std::vector<std::pair<double, std::string>> gains;
  double all = 0;
  for (const auto& layer : base.layers) {
    const auto* now = find_layer(layers, layer.name);
    const double now_cycles = now == nullptr ? 0 : static_cast<double>(*now->cycles);  // a layer may be gone
    const double gain = sign * (static_cast<double>(*layer.cycles) - now_cycles);
    if (gain <= 0) continue;
    gains.emplace_back(gain, layer.name);
    all += gain;
  }
  std::stable_sort(gains.begin(), gains.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> names;
  double told = 0;
  for (const auto& [gain, name] : gains) {
    if (told >= 0.9 * all) break;
    names.push_back(name);
    told += gain;
  }
  return names;
}

std::vector<std::string> rescheduled_layers(const RunReport& base, const RunReport& report) {
  const auto layers = by_name(report);
  std::vector<std::string> names;
  for (const auto& layer : base.layers) {
    const auto* now = find_layer(layers, layer.name);
    if (now == nullptr || now->tiles != layer.tiles || now->dataflow != layer.dataflow)
      names.push_back(layer.name);
  }
  return names;
}

Change change_of(const RunReport& base, const Tried& tried) {
  const auto& alternative = tried.alternative;
  Change change;
  change.change = alternative.change;
  change.kind = alternative.kind;
  change.expected = alternative.expected;
  change.set = alternative.set;
  change.set_quant = alternative.set_quant;
  change.single = alternative.single;
  change.refused = tried.not_run;
  if (!tried.report) return change;
  const auto &now = tried.report->totals, &before = base.totals;
  change.cycles = now.cycles;
  change.ratio = ratio(static_cast<double>(*now.cycles), static_cast<double>(*before.cycles));
  change.energy_ratio = ratio(*now.energy_mj, *before.energy_mj);
  change.ddr_ratio = ratio(ddr_bytes(now), ddr_bytes(before));
  change.layers = layers_behind(base, *tried.report);
  if (change.expected == Expected::faster && *now.cycles >= *before.cycles) {
    change.rescheduled = rescheduled_layers(base, *tried.report);
  }
  return change;
}

const Keys<Change>& change_keys() {
  using Row = Change;
  static const Keys<Row> keys{
      key(&Row::change, "change", "", "what is changed"),
      key_of_words(
          &Row::kind, "kind", {"hardware", "precision", "layer", "network"},
          "hardware; precision or quantization of all; how layers are cut, or one layer's quantization; or "
          "what the part is given to do"),
      key_of_words(&Row::expected, "expected", {"faster", "slower", "either"},
                   "whether the network is given more, less, or something else"),
      key(&Row::set, "set", "", "the configuration overrides it is, path.to.key=value each"),
      key(&Row::set_quant, "set_quant", "", "the quantization overrides it is, as --set-quant takes them"),
      key(&Row::cycles, "cycles", "cycles", "of the changed run; null if it was not run"),
      key(&Row::ratio, "ratio", "", "cycles over those of the base"),
      key(&Row::energy_ratio, "energy_ratio", "", "energy_mj over that of the base"),
      key(&Row::ddr_ratio, "ddr_ratio", "", "bytes of DDR over those of the base"),
      key(&Row::layers, "layers", "", "behind nine tenths of the effect, the most first"),
      key(&Row::rescheduled, "rescheduled", "",
          "of a change that should help and does not: layers that it cuts in another way"),
      key(&Row::refused, "refused", "", "why it was not run; null if it was"),
  };
  return keys;
}

const Keys<LayerChoice>& layer_choice_keys() {
  using Row = LayerChoice;
  static const Keys<Row> keys{
      key(&Row::layer, "layer", "", "its name"),
      key(&Row::cycles, "cycles", "cycles", "as it is"),
      key(&Row::change, "change", "", "that makes it fastest, of `changes` without hardware"),
      key(&Row::best_cycles, "best_cycles", "cycles", "with it"),
      key(&Row::ratio, "ratio", "", "best_cycles over cycles"),
  };
  return keys;
}

std::vector<LayerChoice> layer_choices(const RunReport& base, const std::vector<Tried>& tried) {
  std::map<std::string, LayerChoice> best;
  for (const auto& layer : base.layers)
    if (layer.cycles) best[layer.name] = {layer.name, *layer.cycles, "", *layer.cycles, 1};
  for (const auto& each : tried) {
    if (!each.report || each.alternative.kind == "hardware" || each.alternative.kind == "network") continue;
    for (const auto& layer : each.report->layers) {
      const auto found = best.find(layer.name);
      if (found == best.end() || !layer.cycles || *layer.cycles >= found->second.best_cycles) continue;
      found->second.best_cycles = *layer.cycles;
      found->second.change = each.alternative.change;
    }
  }
  std::vector<LayerChoice> choices;
  for (auto& [name, choice] : best) {
    if (choice.best_cycles >= choice.cycles) continue;
    choice.ratio = static_cast<double>(choice.best_cycles) / static_cast<double>(choice.cycles);
    choices.push_back(choice);
  }
  std::stable_sort(choices.begin(), choices.end(), [](const auto& a, const auto& b) {
    return a.cycles - a.best_cycles > b.cycles - b.best_cycles;
  });
  return choices;
}

Table table_of(const std::vector<LayerChoice>& choices) {
  constexpr size_t kShown = 5;
  Table table{
      {{"layer", Column::Align::left}, {"cycles"}, {"best"}, {"saves"}, {"with", Column::Align::left}}, {}};
  for (size_t i = 0; i < std::min(kShown, choices.size()); ++i) {
    const auto& choice = choices[i];
    table.rows.push_back({choice.layer, fmt::format("{}", choice.cycles),
                          fmt::format("{}", choice.best_cycles), percent_text(choice.ratio), choice.change});
  }
  return table;
}

std::string ratio_text(const std::optional<double>& value) { return value ? percent_text(*value) : "-"; }

}  // namespace

Advice advice_of(const RunReport& base, const std::vector<Tried>& tried) {
  Advice advice{base.network,
                base.config.name,
                base.precision,
                base.quant,
                base.overrides,
                base.totals,
                {},
                layer_choices(base, tried),
                {}};
  for (const auto& each : tried) advice.changes.push_back(change_of(base, each));
  std::stable_sort(advice.changes.begin(), advice.changes.end(), [](const Change& a, const Change& b) {
    return a.cycles.value_or(UINT64_MAX) < b.cycles.value_or(UINT64_MAX);
  });
  advice.findings = findings_of(base, advice.changes);
  return advice;
}

const Keys<Advice>& advice_keys() {
  using Row = Advice;
  static const Keys<Row> keys{
      key_that_is<Row>("schema", "mmasim.advise/1", "mmasim.advise/1"),
      key_of_part(&Row::network, network_fact_keys(), "network", "", "as in report.json"),
      key(&Row::config_name, "config_name", "", "soc.name of the configuration"),
      key(&Row::precision, "precision", "", "of the base"),
      key(&Row::quant, "quant", "", "of the base"),
      key_of_part(&Row::overrides, override_keys(), "overrides", "", "of the base, as in report.json"),
      key_of_part(&Row::base, total_stat_keys(), "base", "",
                  "totals of the network as it is, as in report.json"),
      key_of_rows(&Row::changes, change_keys(), "changes",
                  "a row per change, by their cycles; those not run last"),
      key_of_rows(
          &Row::layers, layer_choice_keys(), "layers",
          "the best that was tried for each layer on this hardware, by what it saves; no row: nothing"),
      key(&Row::findings, "findings", "", "what follows, a sentence or two each"),
  };
  return keys;
}

Table AdvicePrintout::table() const {
  using Align = Column::Align;
  Table table{{{"change", Align::left},
               {"kind", Align::left},
               {"cycles"},
               {"time"},
               {"energy*"},
               {"DDR bytes"},
               {"layers behind it", Align::left}},
              {}};
  for (const auto& change : advice_.changes) {
    if (!change.cycles) continue;
    table.rows.push_back({change.change, change.kind, fmt::format("{}", *change.cycles),
                          ratio_text(change.ratio), ratio_text(change.energy_ratio),
                          ratio_text(change.ddr_ratio), some_of(change.layers)});
  }
  return table;
}

std::string AdvicePrintout::footer() const {
  std::string text =
      fmt::format("\n{} {} on {}: {} cycles, {:.3f} ms\n\n", advice_.network.name, advice_.precision,
                  advice_.config_name, *advice_.base.cycles, *advice_.base.time_ms);
  for (const auto& finding : advice_.findings) text += "- " + finding + "\n";
  if (!advice_.layers.empty()) {
    text += "\nWhat the layers could save on this hardware, the most first (all of them: --json):\n\n" +
            table_of(advice_.layers).aligned();
  }
  return text + "\n* energy is relative and uncalibrated\n";
}

std::vector<StatSection> describe_advice() {
  constexpr const char* kFile = "mmasim advise --format json";
  return {described(kFile, "", advice_keys()), described(kFile, "changes[]", change_keys()),
          described(kFile, "layers[]", layer_choice_keys())};
}

}  // namespace mmasim::sim
