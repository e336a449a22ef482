// `mmasim simulate`: executes a compiled program.
#include <memory>

#include "isa/encoding/codec.h"
#include "isa/program/program_file.h"
#include "isa/verify/dataflow.h"
#include "runtime/quantize/quantize.h"
#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/commands/hardware.h"
#include "sim/commands/run_output.h"
#include "sim/host/progress.h"
#include "sim/host/stopwatch.h"
#include "sim/inputs/network_inputs.h"
#include "sim/inputs/placed_tensor.h"
#include "sim/report/run_files.h"

namespace mmasim::sim {
namespace {

struct SimulateOptions {
  std::string program;
  HardwareOptions hardware;
  DataOptions data;
  ModeOptions modes;
  OutputOptions output;
  bool is_plain = false;
};

void check_modes_of(const SimulateOptions& options) {
  check_modes(options.modes);
  if (options.is_plain && options.modes.timing_only)
    throw runtime::UserError("--plain makes values, --timing-only makes none; give one of them");
}

Execution execute_as_asked(isa::Program& program, const models::SocConfig& config,
                           const SimulateOptions& options, const std::vector<std::vector<uint8_t>>& inputs,
                           const models::LayerProgress& progress) {
  if (options.is_plain) return execute_plain(program, inputs);
  return execute(program, config, mode_of(options.modes), inputs, {}, progress);
}

void check_known_precision(const std::string& file, const std::string& precision) {
  if (precision == "int8" || precision == "int16" || precision == "int32") return;
  throw runtime::UserError(file + ": precision '" + precision + "'; expected int8, int16 or int32");
}

// A program that this hardware and these options can execute.
isa::Program load_checked(const SimulateOptions& options, const models::SocConfig& config) {
  auto program = isa::load_program(options.program);
  isa::verify_program(program);
  try {
    isa::verify_dataflow(program, isa::MadeBy::anyone);
  } catch (const isa::ProgramFileError& error) {
    throw isa::ProgramFileError(options.program + ": " + error.what());
  }
  const auto difference = isa::machine_difference(program.machine, config.machine);
  if (!difference.empty()) {
    throw runtime::UserError(options.program + ": compiled for another machine than " + config.name + ": " +
                             difference);
  }
  check_known_precision(options.program, program.precision);
  for (const auto& layer : program.layers) check_known_precision(options.program, layer.precision);
  if (!options.modes.timing_only && !program.has_values()) {
    throw runtime::UserError(options.program +
                             ": compiled without values; only --timing-only can execute it");
  }
  return program;
}

std::vector<std::vector<uint8_t>> make_inputs(const isa::Program& program,
                                              const std::vector<GivenArray>& given, uint64_t seed) {
  const auto ports = input_ports(program);
  const auto values = bind_inputs(ports, given, seed);
  std::vector<std::vector<uint8_t>> integers;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (values[i].is_integer()) {
      check_integer_type(values[i], ports[i], program.inputs[i].element);
      integers.push_back(values[i].integers);
    } else {
      integers.push_back(runtime::quantize_input(tensor_plan(program.inputs[i]), values[i].floats));
    }
  }
  return integers;
}

// The overflow policy of the program's first output stage.
std::string policy_of(const isa::Program& program) {
  size_t offset = 0;
  while (offset < program.code.size()) {
    const auto instruction = isa::decode(program.code, offset);
    if (const auto* stage = std::get_if<isa::StageSet>(&instruction)) {
      return stage->overflow == isa::Overflow::wrap       ? "wrap"
             : stage->overflow == isa::Overflow::saturate ? "saturate"
                                                          : "trap";
    }
  }
  return "wrap";
}

RunReport report_of(const SimulateOptions& options, const models::SocConfig& config,
                    const isa::Program& program, const Execution& execution) {
  RunReport report;
  const auto* activity = execution.activity ? &*execution.activity : nullptr;
  report.config = config;
  report.precision = program.precision;
  report.totals = total_stats(program, config, activity);
  report.layers = layer_stats(program, config, activity);
  report.network.name = program.network;
  report.network.macs = report.totals.macs;
  report.input.source = options.data.inputs.empty() ? "synthetic" : "file";
  if (execution.overflow_count)
    report.accumulator = AccumulatorFacts{*execution.overflow_count, policy_of(program)};
  report.host.simulate_s = execution.simulate_s;
  report.host.threads = options.output.threads;
  return report;
}

int simulate(const SimulateOptions& options) {
  check_modes_of(options);
  const Stopwatch stopwatch;
  Progress progress(options.output.quiet ? Loudness::quiet : Loudness::normal);
  const auto config = resolve_hardware(options.hardware);
  auto program = load_checked(options, config);
  const auto given = read_given_arrays(options.data.inputs, input_ports(program));
  OutputFolder folder(options.output.out.empty()
                          ? "mmasim-out/" + file_stem(options.program) + "-" + program.precision
                          : options.output.out);
  std::vector<std::vector<uint8_t>> inputs;
  if (!options.modes.timing_only) inputs = make_inputs(program, given, options.data.seed);
  const double import_s = stopwatch.seconds();
  const auto execution =
      execute_as_asked(program, config, options, inputs, [&](uint64_t layer, uint64_t layers) {
        progress.say("simulate layer " + std::to_string(layer + 1) + " of " + std::to_string(layers));
      });
  auto report = report_of(options, config, program, execution);
  remove_earlier_run(folder);
  report.outputs = write_outputs(folder, program, execution.outputs);
  write_program(folder, program);
  report.host.import_s = import_s;
  report.host.peak_rss_mb = peak_rss_mb();
  report.host.wall_s = stopwatch.seconds();
  write_report(folder, report);
  progress.say("");
  print_run(report, options.output.format);
  return conclude_run(report);
}

}  // namespace

void add_simulate_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("simulate", "execute a compiled program");
  auto options = std::make_shared<SimulateOptions>();
  command.add_option("program", options->program, "program file")->required()->type_name("PROG.mma");
  add_hardware_options(command, options->hardware);
  add_input_options(command, options->data);
  command.add_flag("--timing-only", options->modes.timing_only, "cycles without values");
  command.add_flag("--functional-only", options->modes.functional_only, "values without cycles");
  command.add_flag("--plain", options->is_plain,
                   "values by the plain definition of every instruction, without cycles: slow and obvious");
  add_output_options(command, options->output);
  command.callback([&action, options] { action = [options] { return simulate(*options); }; });
}

}  // namespace mmasim::sim
