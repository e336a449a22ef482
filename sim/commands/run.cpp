// `mmasim run`: import, quantize, lower, simulate, report.
#include <memory>

#include "runtime/quantize/quantize.h"
#include "sim/commands/commands.h"
#include "sim/commands/hardware.h"
#include "sim/commands/run_output.h"
#include "sim/host/progress.h"
#include "sim/host/stopwatch.h"
#include "sim/report/run_files.h"

namespace mmasim::sim {
namespace {

struct RunOptions {
  std::string network;
  HardwareOptions hardware;
  DataOptions data;
  ModeOptions modes;
  OutputOptions output;
  PlanChoices choices;
};

const char* policy_name(isa::Overflow overflow) {
  return overflow == isa::Overflow::wrap ? "wrap" : overflow == isa::Overflow::saturate ? "saturate" : "trap";
}

class Run {
 public:
  explicit Run(const RunOptions& options)
      : options_(options), progress_(options.output.quiet ? Loudness::quiet : Loudness::normal) {}

  int perform() {
    const auto config = resolve_hardware(options_.hardware);
    OutputFolder folder(folder_path());
    load(config);
    plan(config);
    execute_program(config);
    fill_report(config);
    write(folder);
    progress_.say("");
    print_run(report_, options_.output.format);
    return conclude_run(report_);
  }

 private:
  bool with_values() const { return !options_.modes.timing_only; }

  std::string folder_path() const {
    if (!options_.output.out.empty()) return options_.output.out;
    return "mmasim-out/" + file_stem(options_.network) + "-" + options_.choices.precision;
  }

  void load(const models::SocConfig& config) {
    progress_.say("import " + options_.network);
    network_ = load_network(options_.network, options_.data, with_values() ? Values::made : Values::skipped,
                            config.machine.ddr_bytes);
    report_.host.import_s = network_.import_s;
  }

  void plan(const models::SocConfig& config) {
    auto choices = options_.choices;
    choices.keep_intermediates = options_.modes.verify == "layers";
    report_.input.source = network_.input_source;
    Stopwatch stopwatch;
    Calibration calibration;
    if (with_values()) {
      progress_.say("calibrate");
      calibration = calibrate_network(network_.graph, options_.data.calibration, network_.inputs,
                                      options_.data.seed, options_.output.threads);
      report_.input.calibration_source = calibration.source;
      report_.input.calibration_samples = calibration.samples;
    }
    const double calibrate_s = stopwatch.seconds();
    progress_.say("quantize and lower");
    // The reference computes with the plan's integers.
    const auto weights = options_.modes.verify.empty() ? WeightValues::consumed : WeightValues::planned_kept;
    planned_ =
        plan_network(network_.graph, config, with_values() ? &calibration.ranges : nullptr, choices, weights);
    report_.host.quantize_s = calibrate_s + planned_.quantize_s;
    report_.host.lower_s = planned_.lower_s;
    for (const auto& warning : planned_.plan.warnings) note("warning: " + warning);
    if (with_values()) inputs_ = quantize_inputs(network_, planned_.plan);
    network_.inputs = {};
  }

  void execute_program(const models::SocConfig& config) {
    auto& program = planned_.lowered.program;
    std::unique_ptr<Verification> verification;
    MemoryWatcher watcher;
    if (!options_.modes.verify.empty()) {
      progress_.say("reference");
      verification = std::make_unique<Verification>(network_.graph, planned_.plan, program, inputs_,
                                                    options_.modes.verify);
      watcher = [&](const isa::MemoryView& memory, uint16_t token, uint32_t count) {
        verification->watch(memory, token, count);
      };
      if (options_.modes.verify != "layers") watcher = {};
    }
    progress_.say("simulate");
    ValuesBy values_by = ValuesApart{options_.output.threads};
    if (verification) values_by = ValuesInModels{};
    execution_ = execute(
        program, config, mode_of(options_.modes), inputs_, watcher,
        [&](uint64_t layer, uint64_t layers) {
          progress_.say("simulate layer " + std::to_string(layer + 1) + " of " + std::to_string(layers));
        },
        values_by);
    report_.host.simulate_s = execution_.simulate_s;
    if (verification) report_.verify = verification->finish(execution_.outputs);
  }

  void fill_report(const models::SocConfig& config) {
    const auto& program = planned_.lowered.program;
    const auto* activity = execution_.activity ? &*execution_.activity : nullptr;
    report_.network = network_.facts;
    report_.config = config;
    report_.precision = options_.choices.precision;
    report_.quant = options_.choices.quant;
    report_.totals = total_stats(program, config, activity);
    report_.layers = layer_stats(program, config, activity);
    report_.fallbacks = planned_.lowered.fallbacks;
    if (execution_.overflow_count) {
      report_.accumulator = AccumulatorFacts{*execution_.overflow_count,
                                             policy_name(runtime::accumulator_policy(planned_.plan))};
    }
  }

  void write(OutputFolder& folder) {
    remove_earlier_run(folder);
    if (with_values()) report_.outputs = write_outputs(folder, planned_.lowered.program, execution_.outputs);
    folder.write("quantization.yaml", runtime::to_yaml(network_.graph, planned_.plan));
    write_program(folder, planned_.lowered.program);
    report_.host.threads = options_.output.threads;
    report_.host.peak_rss_mb = peak_rss_mb();
    report_.host.wall_s = stopwatch_.seconds();
    write_report(folder, report_);
  }

  const RunOptions& options_;
  const Stopwatch stopwatch_;
  Progress progress_;
  LoadedNetwork network_;
  PlannedNetwork planned_;
  std::vector<std::vector<uint8_t>> inputs_;
  Execution execution_;
  RunReport report_;
};

int run(const RunOptions& options) {
  check_modes(options.modes);
  check_precision(options.choices.precision);
  return Run(options).perform();
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("run", "import, quantize, lower, simulate and report a network");
  auto options = std::make_shared<RunOptions>();
  command.add_option("network", options->network, "ONNX file")->required()->type_name("NETWORK");
  command.add_option("--precision", options->choices.precision, "int8, int16 or int32")
      ->type_name("PRECISION");
  command.add_option("--quant", options->choices.quant, "quantization preset (mmasim describe presets)")
      ->type_name("PRESET");
  add_hardware_options(command, options->hardware);
  add_data_options(command, options->data);
  add_mode_options(command, options->modes);
  add_output_options(command, options->output);
  command.callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace mmasim::sim
