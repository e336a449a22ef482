// `mmasim compare`: several timed runs side by side, of one network or of several. Times need no values: none
// are made.
#include <memory>

#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/commands/result_folder.h"
#include "sim/experiment/quantization.h"
#include "sim/experiment/runners.h"
#include "sim/host/exit_code.h"
#include "sim/host/progress.h"
#include "sim/report/comparison.h"

namespace mmasim::sim {
namespace {

struct CompareOptions {
  std::vector<std::string> networks;
  std::vector<std::string> configs{""}, overrides;
  std::vector<std::string> precisions{"preset"}, quants{"tidl-np2-fixed"}, quant_set;
  ImportChoice import;
  DataChoice data;
  OutputOptions output;
  bool by_layers = false;
  bool timing_only = true;  // always: accepted so that the options of `run` serve
};

struct Combinations {
  std::vector<Request> requests;
  std::vector<std::string> labels;
};

Request request_of(const CompareOptions& options, const std::string& network, const std::string& config,
                   const QuantChoice& quant) {
  Request request;
  request.network = network;
  request.config = {config, options.overrides};
  request.quant = quant;
  request.import = options.import;
  request.data = options.data;
  request.mode = Mode::timing_only;
  return request;
}

void add_combinations(const CompareOptions& options, const std::string& network, Combinations& all) {
  const auto configs = listed(options.configs), quants = listed(options.quants);
  for (const auto& config : configs) {
    for (const auto& quant : quants) {
      for (const auto& precision : options.precisions) {
        check_precision(precision);
        all.requests.push_back(
            request_of(options, network, config, {quant, precision, options.quant_set, ""}));
        check_request(all.requests.back());
        const auto quantization = quantization_of(all.requests.back().quant);
        std::string label =
            (options.networks.size() > 1 ? file_stem(network) + " " : "") + quantization.precision;
        if (quants.size() > 1) label += " " + quantization.name;
        if (configs.size() > 1) label += " " + file_stem(config);
        all.labels.push_back(label);
      }
    }
  }
}

Combinations combinations(const CompareOptions& options) {
  Combinations all;
  for (const auto& network : options.networks) add_combinations(options, network, all);
  return all;
}

int compare(const CompareOptions& options) {
  const auto all = combinations(options);
  ResultFolder folder(options.output, default_folder("compare", all.requests));
  Progress progress(loudness_of(options.output));
  std::vector<RunReport> reports;
  for (auto& outcome : perform_in_children(all.requests, options.output.threads, progress)) {
    reports.push_back(std::move(outcome.report));
  }
  const auto comparison = comparison_of(all.labels, reports);
  const ComparisonPrintout printout(comparison, options.by_layers ? CompareBy::layers : CompareBy::runs);
  folder.attempt([&](OutputFolder& out) {
    out.write("compare.html", printout.page());
    out.write("compare.json", json_text(printout.json()));
  });
  folder.publish();
  progress.say("");
  print(printout, options.output.format, folder.shown());
  folder.rethrow();
  return kDone;
}

}  // namespace

void add_compare_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("compare", "time several runs of networks side by side");
  auto options = std::make_shared<CompareOptions>();
  add_value(command, "network", options->networks, {"NETWORK", "ONNX files"});
  add_repeated(command, "--config", options->configs,
               {"LIST", "hardware configurations, by name or file; a comma-separated list", "tda4vm"});
  add_repeated(command, "--set", options->overrides,
               {"PATH=VALUE", "override a value of each configuration: l2.size_bytes=1MiB", "none"});
  add_precision_list(command, options->precisions);
  add_quant_list(command, options->quants);
  add_quant_settings(command, options->quant_set);
  add_import_options(command, options->import);
  add_repeated(command, "--input", options->data.inputs,
               {"NAME=FILE", "arrays whose first axis is the batch that is timed", "the network's batch"});
  add_weights_option(command, options->data);
  command.add_flag("--timing-only", options->timing_only, "cycles without values: all that compare does")
      ->default_str("on");
  add_switch(command, "--layers", options->by_layers,
             "print a row per layer and run, with what changed against the first and why");
  add_output_options(command, options->output, "mmasim-out/NETWORK-compare");
  command.callback([&action, options] { action = [options] { return compare(*options); }; });
}

}  // namespace mmasim::sim
