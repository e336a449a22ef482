// `mmasim tune`: quantizations from cheap to dear until a classifier loses no more than it may.
#include <memory>

#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/commands/result_folder.h"
#include "sim/experiment/runners.h"
#include "sim/host/exit_code.h"
#include "sim/host/progress.h"
#include "sim/report/tuning.h"

namespace mmasim::sim {
namespace {

// What is tried, each more effort or more cycles than the one before.
struct Candidate {
  const char* quant;
  const char* precision;
};
constexpr Candidate kCandidates[] = {{"tidl-np2-fixed", "preset"},  {"tidl-advanced", "preset"},
                                     {"tidl-dw-channel", "preset"}, {"per-channel", "preset"},
                                     {"subtensor", "preset"},       {"tidl-mixed", "preset"},
                                     {"tidl-np2-fixed", "int16"}};

struct TuneOptions {
  Request request;
  double target_drop = 1.0;
  bool all = false;
  OutputOptions output;
};

TunedRun tuned_run(const Outcome& outcome) {
  const auto& accuracy = outcome.accuracy.value();
  const auto& totals = outcome.report.totals;
  TunedRun run;
  run.quant = outcome.report.quant.value_or("");
  run.precision = outcome.report.precision;
  run.top1 = accuracy.top1.value();
  run.drop_points = 100 * (accuracy.float_top1.value() - run.top1);
  run.cycles = totals.cycles.value();
  run.ddr_bytes = totals.ddr_read_bytes.value() + totals.ddr_write_bytes.value();
  run.energy_mj = totals.energy_mj.value();
  return run;
}

int tune(const TuneOptions& options) {
  auto request = options.request;
  request.threads = options.output.threads;
  std::vector<Request> requests;
  for (const auto& candidate : kCandidates) {
    request.quant = {candidate.quant, candidate.precision, {}, ""};
    check_request(request);
    requests.push_back(request);
  }
  ResultFolder folder(options.output, default_folder("tune", {options.request}));
  Progress progress(loudness_of(options.output));
  Tuning tuning;
  tuning.target_drop_points = options.target_drop;
  for (const auto& each : requests) {
    Outcome outcome;
    try {
      outcome = perform_in_children({each}, 1, progress).front();
      if (!outcome.accuracy.value().top1)
        throw runtime::UserError(request.data.dataset + ": no labels.npy; tune counts what is lost of them");
    } catch (const runtime::UserError& error) {  // a part that cannot execute one of them can still be tuned
      if (tuning.runs.empty()) throw;
      note("left out: " + each.quant.preset + ": " + error.what());
      continue;
    }
    for (const auto& warning : outcome.warnings) note("warning: " + each.quant.preset + ": " + warning);
    tuning.network = outcome.report.network;
    tuning.config_name = outcome.report.config.name;
    tuning.overrides = outcome.report.overrides;
    tuning.samples = outcome.accuracy.value().samples;
    tuning.float_top1 = outcome.accuracy.value().float_top1.value();
    tuning.runs.push_back(tuned_run(outcome));
    tuning.is_met = tuning.is_met || tuning.runs.back().drop_points <= options.target_drop;
    if (tuning.is_met && !options.all) break;
  }
  mark_pareto(tuning);
  const TuningPrintout printout(tuning);
  folder.attempt([&](OutputFolder& out) { out.write("tune.json", json_text(printout.json())); });
  folder.publish();
  progress.say("");
  print(printout, options.output.format, folder.shown());
  folder.rethrow();
  return tuning.is_met ? kDone : kFailed;
}

}  // namespace

void add_tune_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("tune", "the cheapest quantization that keeps a classifier's accuracy");
  auto options = std::make_shared<TuneOptions>();
  auto& request = options->request;
  add_network_argument(command, request.network);
  add_dataset_options(command, request.data);
  add_value(command, "--target-drop", options->target_drop,
            {"POINTS", "points of top-1 that may be lost against float"})
      .check(number_between(0, 100));
  add_switch(command, "--all", options->all, "try every quantization, not only until the target is met");
  add_hardware_options(command, request.config);
  add_import_options(command, request.import);
  add_calibration_option(command, request.data);
  add_weights_option(command, request.data);
  add_output_options(command, options->output, "mmasim-out/NETWORK-tune");
  command.callback([&action, options] { action = [options] { return tune(*options); }; });
}

}  // namespace mmasim::sim
