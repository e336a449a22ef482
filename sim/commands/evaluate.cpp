// `mmasim evaluate`: accuracy of a classifier on a dataset, in float and for each combination of preset and
// precision. Every image runs untimed; cycles and energy come from one timed execution without values.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "runtime/io/dataset.h"
#include "runtime/quantize/spec.h"
#include "runtime/user_error.h"
#include "sim/commands/cli.h"
#include "sim/commands/commands.h"
#include "sim/commands/hardware.h"
#include "sim/experiment/accuracy.h"
#include "sim/experiment/execution.h"
#include "sim/experiment/pipeline.h"
#include "sim/host/child_process.h"
#include "sim/host/output_folder.h"
#include "sim/host/progress.h"
#include "sim/report/run_files.h"
#include "sim/report/table.h"

namespace mmasim::sim {
namespace {

struct EvaluateOptions {
  std::string network, dataset;
  int64_t limit = 0;
  std::vector<std::string> precisions{"int8"}, quants{"tidl-np2-fixed"};
  HardwareOptions hardware;
  DataOptions data;
  OutputOptions output;
};

struct Cost {
  uint64_t cycles = 0;
  double energy_mj = 0;
};

// In a process of its own.
ordered_json time_program(const isa::Program& program, const models::SocConfig& config) {
  const auto activity = models::simulate(program, config, nullptr);
  const auto totals = total_stats(program, config, &activity);
  return {{"cycles", totals.cycles}, {"energy_mj", totals.energy.total_mj()}};
}

class Evaluation {
 public:
  explicit Evaluation(const EvaluateOptions& options)
      : options_(options),
        progress_(options.output.quiet ? Loudness::quiet : Loudness::normal),
        config_(resolve_hardware(options.hardware)),
        dataset_(runtime::load_dataset(options.dataset, options.limit)),
        network_(load_network(options.network, options.data, Values::made, config_.machine.ddr_bytes)) {
    check_images_fit(network_.graph, dataset_.images, options.dataset);
    check_classifies(network_.graph);
  }

  ordered_json result() {
    progress_.say("float: " + std::to_string(dataset_.size()) + " images");
    exact_ = answer_in_float(network_.graph, dataset_.images, options_.output.threads);
    calibrate();
    ordered_json runs = ordered_json::array();
    runs.push_back({{"quant", "float"},
                    {"precision", "float32"},
                    {"top1", fraction_equal(exact_.classes, dataset_.labels)},
                    {"agreement_with_float", 1.0},
                    {"sqnr_db", nullptr},
                    {"cycles", nullptr},
                    {"energy_mj", nullptr}});
    for (const auto& quant : options_.quants) {
      for (const auto& precision : options_.precisions) runs.push_back(evaluate({precision, quant, false}));
    }
    progress_.say("");
    return {{"schema", "mmasim.evaluate/1"}, {"samples", dataset_.size()}, {"runs", runs}};
  }

 private:
  void calibrate() {
    progress_.say("calibrate");
    const auto threads = options_.output.threads;
    calibration_ =
        options_.data.calibration.empty()
            ? calibrate_on_images(network_.graph, dataset_.calibration_images(), options_.dataset, threads)
            : calibrate_network(network_.graph, options_.data.calibration, network_.inputs,
                                options_.data.seed, threads);
  }

  ordered_json evaluate(const PlanChoices& choices) {
    const auto name = choices.quant + " " + choices.precision;
    progress_.say(name + ": quantize and lower");
    const auto planned = plan_network(network_.graph, config_, &calibration_.ranges, choices);
    for (const auto& warning : planned.plan.warnings) note("warning: " + name + ": " + warning);
    const auto& program = planned.lowered.program;
    progress_.say(name + ": simulate");
    const auto cost = run_in_children({[&] { return time_program(program, config_); }}, 1).front();
    progress_.say(name + ": " + std::to_string(dataset_.size()) + " images");
    const auto answers = answer_by_program(program, planned.plan.tensors[network_.graph.inputs[0]],
                                           dataset_.images, options_.output.threads);
    const auto sqnr = sqnr_db(exact_, answers);
    return {{"quant", choices.quant},
            {"precision", choices.precision},
            {"top1", fraction_equal(answers.classes, dataset_.labels)},
            {"agreement_with_float", fraction_equal(answers.classes, exact_.classes)},
            {"sqnr_db", sqnr ? ordered_json(*sqnr) : ordered_json()},
            {"cycles", cost["cycles"]},
            {"energy_mj", cost["energy_mj"]}};
  }

  const EvaluateOptions& options_;
  Progress progress_;
  const models::SocConfig config_;
  const runtime::Dataset dataset_;
  const LoadedNetwork network_;
  Answers exact_;
  Calibration calibration_;
};

std::string number_text(const ordered_json& value, const char* format) {
  return value.is_null() ? "-" : fmt::format(fmt::runtime(format), value.get<double>());
}

Table evaluation_table(const ordered_json& json) {
  using Align = Column::Align;
  Table table{{{"quant", Align::left},
               {"precision", Align::left},
               {"top-1"},
               {"agrees with float"},
               {"SQNR dB"},
               {"cycles"},
               {"energy mJ*"}},
              {}};
  for (const auto& run : json["runs"]) {
    table.rows.push_back({run["quant"], run["precision"],
                          fmt::format("{:.2f}%", 100 * run["top1"].get<double>()),
                          fmt::format("{:.2f}%", 100 * run["agreement_with_float"].get<double>()),
                          number_text(run["sqnr_db"], "{:.1f}"), number_text(run["cycles"], "{:.0f}"),
                          number_text(run["energy_mj"], "{:.4f}")});
  }
  return table;
}

std::string shown(const ordered_json& json, const std::string& format) {
  if (format == "json") return json_text(json);
  const auto table = evaluation_table(json);
  if (format == "csv") return table.csv();
  return (format == "markdown" ? table.markdown() : table.aligned()) + "\n" + json["samples"].dump() +
         " images; * energy is relative and uncalibrated\n";
}

int evaluate(const EvaluateOptions& options) {
  for (const auto& precision : options.precisions) {
    check_precision(precision);
    for (const auto& quant : options.quants) runtime::resolve_preset(quant, precision);
  }
  OutputFolder folder(options.output.out.empty() ? "mmasim-out/" + file_stem(options.network) + "-evaluate"
                                                 : options.output.out);
  const auto json = Evaluation(options).result();
  folder.write("evaluate.json", json_text(json));
  std::fputs(shown(json, options.output.format).c_str(), stdout);
  return kDone;
}

}  // namespace

void add_evaluate_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("evaluate", "accuracy of a classifier on a dataset");
  auto options = std::make_shared<EvaluateOptions>();
  command.add_option("network", options->network, "ONNX file")->required()->type_name("NETWORK");
  command.add_option("--dataset", options->dataset, "folder of images.npy and labels.npy")
      ->required()
      ->type_name("DIR");
  command.add_option("--limit", options->limit, "images at most")->check(CLI::PositiveNumber)->type_name("N");
  add_precision_list(command, options->precisions);
  add_quant_list(command, options->quants);
  add_hardware_options(command, options->hardware);
  add_data_options(command, options->data);
  add_output_options(command, options->output);
  command.callback([&action, options] { action = [options] { return evaluate(*options); }; });
}

}  // namespace mmasim::sim
