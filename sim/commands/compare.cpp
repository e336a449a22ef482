// `mmasim compare`: several timed runs of one network side by side. Times need no values: none are made.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "runtime/quantize/spec.h"
#include "sim/commands/cli.h"
#include "sim/commands/commands.h"
#include "sim/config/config.h"
#include "sim/experiment/execution.h"
#include "sim/experiment/pipeline.h"
#include "sim/host/child_process.h"
#include "sim/host/output_folder.h"
#include "sim/host/progress.h"
#include "sim/report/run_files.h"
#include "sim/report/table.h"

namespace mmasim::sim {
namespace {

struct CompareOptions {
  std::string network;
  std::vector<std::string> configs, overrides;
  std::vector<std::string> precisions{"int8"}, quants{"tidl-np2-fixed"};
  DataOptions data;
  OutputOptions output;
  bool timing_only = true;  // always: accepted so that the options of `run` serve
};

struct Combination {
  models::SocConfig config;
  PlanChoices choices;
  std::string label;
};

std::vector<Combination> combinations(const CompareOptions& options) {
  auto files = options.configs;
  if (files.empty()) files.push_back(default_config_path());
  std::vector<Combination> all;
  for (const auto& file : files) {
    const auto config = load_config(file, options.overrides);
    for (const auto& quant : options.quants) {
      for (const auto& precision : options.precisions) {
        check_precision(precision);
        runtime::resolve_preset(quant, precision);
        std::string label = precision;
        if (options.quants.size() > 1) label += " " + quant;
        if (files.size() > 1) label += " " + file_stem(file);
        Combination combination{config, {}, label};
        combination.choices.precision = precision;
        combination.choices.quant = quant;
        all.push_back(combination);
      }
    }
  }
  return all;
}

// In a process of its own.
ordered_json time_combination(const runtime::Graph& graph, const Combination& combination) {
  const auto planned = plan_network(graph, combination.config, nullptr, combination.choices);
  const auto& program = planned.lowered.program;
  const auto activity = models::simulate(program, combination.config, nullptr);
  const auto rows = layer_stats(program, combination.config, &activity);
  ordered_json layers = ordered_json::array();
  for (const auto& row : rows) layers.push_back(to_json(layer_stat_table(), row));
  const auto totals = total_stats(program, combination.config, &activity);
  return {{"totals", to_json(total_stat_table(), totals)}, {"layers", layers}};
}

double ddr_bytes(const ordered_json& totals) {
  return totals["ddr_read_bytes"].get<double>() + totals["ddr_write_bytes"].get<double>();
}

ordered_json ratio(double value, double first) {
  return first > 0 ? ordered_json(value / first) : ordered_json();
}

ordered_json comparison(const std::vector<Combination>& all, const std::vector<ordered_json>& results) {
  ordered_json runs = ordered_json::array();
  const auto& first = results.front()["totals"];
  for (size_t i = 0; i < all.size(); ++i) {
    const auto& totals = results[i]["totals"];
    runs.push_back(
        {{"label", all[i].label},
         {"precision", all[i].choices.precision},
         {"config_name", all[i].config.name},
         {"quant", all[i].choices.quant},
         {"totals", totals},
         {"ratio_to_first",
          {{"cycles", ratio(totals["cycles"].get<double>(), first["cycles"].get<double>())},
           {"energy_mj", ratio(totals["energy_mj"].get<double>(), first["energy_mj"].get<double>())},
           {"ddr_bytes", ratio(ddr_bytes(totals), ddr_bytes(first))}}},
         {"layers", results[i]["layers"]}});
  }
  return {{"schema", "mmasim.compare/1"}, {"runs", runs}};
}

std::string ratio_text(const ordered_json& value) {
  return value.is_null() ? "-" : fmt::format("{:.2f}", value.get<double>());
}

Table comparison_table(const ordered_json& json) {
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
  for (const auto& run : json["runs"]) {
    const auto& totals = run["totals"];
    const auto& ratios = run["ratio_to_first"];
    table.rows.push_back(
        {run["label"], run["config_name"], run["quant"], fmt::format("{}", totals["cycles"].get<uint64_t>()),
         ratio_text(ratios["cycles"]), fmt::format("{:.3f}", totals["time_ms"].get<double>()),
         fmt::format("{:.1f}%", 100 * totals["mma_utilization"].get<double>()),
         fmt::format("{:.3f}", ddr_bytes(totals) / 1e6), ratio_text(ratios["ddr_bytes"]),
         fmt::format("{:.4f}", totals["energy_mj"].get<double>()), ratio_text(ratios["energy_mj"])});
  }
  return table;
}

std::string shown(const ordered_json& json, const std::string& format) {
  if (format == "json") return json_text(json);
  const auto table = comparison_table(json);
  if (format == "csv") return table.csv();
  return (format == "markdown" ? table.markdown() : table.aligned()) +
         "\n* energy is relative and uncalibrated\n";
}

int compare(const CompareOptions& options) {
  const auto all = combinations(options);
  OutputFolder folder(options.output.out.empty() ? "mmasim-out/" + file_stem(options.network) + "-compare"
                                                 : options.output.out);
  Progress progress(options.output.quiet ? Loudness::quiet : Loudness::normal);
  progress.say("import " + options.network);
  uint64_t ddr_bytes = 0;
  for (const auto& combination : all) ddr_bytes = std::max(ddr_bytes, combination.config.machine.ddr_bytes);
  const auto network = load_network(options.network, options.data, Values::skipped, ddr_bytes);
  std::vector<ChildJob> jobs;
  for (const auto& combination : all) {
    jobs.push_back([&] { return time_combination(network.graph, combination); });
  }
  progress.say("simulate " + std::to_string(jobs.size()) + " runs");
  const auto json = comparison(all, run_in_children(jobs, options.output.threads));
  folder.write("compare.json", json_text(json));
  progress.say("");
  std::fputs(shown(json, options.output.format).c_str(), stdout);
  return kDone;
}

}  // namespace

void add_compare_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("compare", "time several runs of a network side by side");
  auto options = std::make_shared<CompareOptions>();
  command.add_option("network", options->network, "ONNX file")->required()->type_name("NETWORK");
  command.add_option("--config", options->configs, "hardware configurations, a comma-separated list")
      ->delimiter(',')
      ->type_name("LIST");
  command
      .add_option("--set", options->overrides,
                  "override one configuration value in each, path.to.key=value; repeatable")
      ->type_name("PATH=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  add_precision_list(command, options->precisions);
  add_quant_list(command, options->quants);
  add_data_options(command, options->data);
  command.add_flag("--timing-only", options->timing_only, "cycles without values: all that compare does");
  add_output_options(command, options->output);
  command.callback([&action, options] { action = [options] { return compare(*options); }; });
}

}  // namespace mmasim::sim
