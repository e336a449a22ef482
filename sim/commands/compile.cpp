// `mmasim compile`: quantize and lower only.
#include <cstdio>
#include <memory>

#include "sim/commands/cli.h"
#include "sim/commands/commands.h"
#include "sim/commands/hardware.h"
#include "sim/experiment/pipeline.h"
#include "sim/host/output_folder.h"
#include "sim/host/progress.h"
#include "sim/report/run_files.h"

namespace mmasim::sim {
namespace {

struct CompileOptions {
  std::string network, program;
  HardwareOptions hardware;
  DataOptions data;
  PlanChoices choices;
  bool timing_only = false, quiet = false;
  unsigned threads = 1;
};

int compile(const CompileOptions& options) {
  check_precision(options.choices.precision);
  runtime::resolve_preset(options.choices.quant, options.choices.precision);
  const auto config = resolve_hardware(options.hardware);
  check_writable(options.program);
  Progress progress(options.quiet ? Loudness::quiet : Loudness::normal);
  progress.say("import " + options.network);
  auto network = load_network(options.network, options.data,
                              options.timing_only ? Values::skipped : Values::made, config.machine.ddr_bytes);
  Calibration calibration;
  if (!options.timing_only) {
    progress.say("calibrate");
    calibration = calibrate_network(network.graph, options.data.calibration, network.inputs,
                                    options.data.seed, options.threads);
  }
  progress.say("quantize and lower");
  const auto planned =
      plan_network(network.graph, config, options.timing_only ? nullptr : &calibration.ranges,
                   options.choices, WeightValues::consumed);
  for (const auto& warning : planned.plan.warnings) note("warning: " + warning);
  const auto& program = planned.lowered.program;
  write_program(options.program, program);
  progress.say("");
  std::printf("%s: %llu instructions in %zu bytes, %llu bytes of constants, %zu layers\n",
              options.program.c_str(), static_cast<unsigned long long>(program.instruction_count),
              program.code.size(), static_cast<unsigned long long>(program.constants_bytes),
              program.layers.size());
  return kDone;
}

}  // namespace

void add_compile_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("compile", "quantize and lower a network to a program file");
  auto options = std::make_shared<CompileOptions>();
  command.add_option("network", options->network, "ONNX file")->required()->type_name("NETWORK");
  command.add_option("-o,--output", options->program, "program file to write")
      ->required()
      ->type_name("PROG.mma");
  command.add_option("--precision", options->choices.precision, "int8, int16 or int32")
      ->type_name("PRECISION");
  command.add_option("--quant", options->choices.quant, "quantization preset")->type_name("PRESET");
  command.add_flag("--timing-only", options->timing_only,
                   "a program without values: no weights, no calibration");
  command.add_option("--threads", options->threads, "host threads")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command.add_flag("--quiet", options->quiet, "no progress on standard error");
  add_hardware_options(command, options->hardware);
  add_data_options(command, options->data);
  command.callback([&action, options] { action = [options] { return compile(*options); }; });
}

}  // namespace mmasim::sim
