// `mmasim evaluate`: accuracy of a network on a dataset, in float and for each combination of preset and
// precision: of a classifier by labels, of every network beside float.
#include <memory>

#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/commands/result_folder.h"
#include "sim/experiment/runners.h"
#include "sim/host/exit_code.h"
#include "sim/host/progress.h"
#include "sim/report/evaluation.h"

namespace mmasim::sim {
namespace {

struct EvaluateOptions {
  Request request;  // of every combination, but for its quantization
  std::vector<std::string> precisions{"preset"}, quants{"tidl-np2-fixed"}, quant_set;
  OutputOptions output;
};

std::vector<Request> combinations(const EvaluateOptions& options) {
  std::vector<Request> requests;
  auto request = options.request;
  request.threads = options.output.threads;
  for (const auto& quant : listed(options.quants)) {
    for (const auto& precision : options.precisions) {
      check_precision(precision);
      request.quant = {quant, precision, options.quant_set, ""};
      check_request(request);
      requests.push_back(request);
    }
  }
  return requests;
}

Evaluation evaluation_of(const std::vector<Outcome>& outcomes) {
  Evaluation evaluation;
  for (const auto& outcome : outcomes) {
    const auto& accuracy = outcome.accuracy.value();
    if (evaluation.runs.empty()) evaluation.runs.push_back(float_run(accuracy));
    const auto& report = outcome.report;
    evaluation.network = report.network;
    evaluation.config_name = report.config.name;
    evaluation.overrides = report.overrides;
    evaluation.samples = accuracy.samples;
    evaluation.runs.push_back(quantized_run(outcome.report, accuracy));
  }
  return evaluation;
}

int evaluate(const EvaluateOptions& options) {
  const auto requests = combinations(options);
  ResultFolder folder(options.output, default_folder("evaluate", requests));
  Progress progress(loudness_of(options.output));
  // One after the other: each spreads its images over all threads.
  const auto warn = [](size_t, const Outcome& outcome) {
    for (const auto& warning : outcome.warnings)
      note("warning: " + outcome.report.quant.value_or("") + " " + outcome.report.precision + ": " + warning);
  };
  const auto evaluation = evaluation_of(perform_in_children(requests, 1, progress, warn));
  const EvaluationPrintout printout(evaluation);
  folder.attempt([&](OutputFolder& out) { out.write("evaluate.json", json_text(printout.json())); });
  folder.publish();
  progress.say("");
  print(printout, options.output.format, folder.shown());
  folder.rethrow();
  return kDone;
}

}  // namespace

void add_evaluate_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("evaluate", "accuracy of a network on a dataset");
  auto options = std::make_shared<EvaluateOptions>();
  auto& request = options->request;
  add_network_argument(command, request.network);
  add_dataset_options(command, request.data);
  add_precision_list(command, options->precisions);
  add_quant_list(command, options->quants);
  add_quant_settings(command, options->quant_set);
  add_hardware_options(command, request.config);
  add_import_options(command, request.import);
  add_calibration_option(command, request.data);
  add_weights_option(command, request.data);
  add_output_options(command, options->output, "mmasim-out/NETWORK-evaluate");
  command.callback([&action, options] { action = [options] { return evaluate(*options); }; });
}

}  // namespace mmasim::sim
