#include "sim/experiment/program_run.h"

#include <algorithm>
#include <optional>

#include "isa/encoding/codec.h"
#include "isa/program/program_file.h"
#include "isa/verify/dataflow.h"
#include "runtime/quantize/host_values.h"
#include "runtime/quantize/spec.h"
#include "runtime/user_error.h"
#include "sim/config/config_places.h"
#include "sim/experiment/execution.h"
#include "sim/host/stopwatch.h"
#include "sim/inputs/network_inputs.h"
#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {
namespace {

void check_known_precision(const std::string& file, const std::string& precision) {
  if (runtime::is_precision(precision)) return;
  throw runtime::UserError(file + ": precision '" + precision + "'; expected " + runtime::precisions_text());
}

isa::Program load_verified(const std::string& file) {
  auto program = isa::load_program(file);
  isa::verify_program(program);
  try {
    isa::verify_dataflow(program, isa::MadeBy::anyone);
  } catch (const isa::ProgramFileError& error) {
    throw isa::ProgramFileError(file + ": " + error.what());
  }
  return program;
}

// The configuration that was asked for, else that of the machine which the program names: another one of the
// same promises would execute it, too, in another time.
ConfigChoice hardware_for(const isa::Program& program, const Request& request) {
  if (!request.config.file.empty()) return request.config;
  const auto known = config_names();
  const auto& name = program.machine.name;
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw runtime::UserError(request.program + ": compiled for '" + name +
                             "', which does not come with mmasim; --config names its file");
  }
  return {name, request.config.set};
}

// This hardware and these options can execute the program.
void check_executable(const isa::Program& program, const Request& request, const Configuration& config) {
  const auto difference = isa::machine_difference(program.machine, config.machine);
  if (!difference.empty()) {
    throw runtime::UserError(request.program + ": compiled for another machine than " + config.name + ": " +
                             difference);
  }
  check_known_precision(request.program, program.precision);
  for (const auto& layer : program.layers) check_known_precision(request.program, layer.precision);
  if (request.with_values() && !program.has_values()) {
    throw runtime::UserError(request.program +
                             ": compiled without values; only --timing-only can execute it");
  }
}

std::vector<std::vector<uint8_t>> make_inputs(const isa::Program& program,
                                              const std::vector<GivenArray>& given,
                                              std::optional<uint64_t> seed) {
  const auto ports = input_ports(program);
  check_seed(seed, given.size() < ports.size());
  const auto values = bind_inputs(ports, given, seed.value_or(0));
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

RunReport report_of(const Request& request, const Configuration& config, const isa::Program& program,
                    const Execution& execution) {
  RunReport report;
  const auto* activity = execution.activity ? &*execution.activity : nullptr;
  report.config = config;
  report.overrides.config = request.config.set;
  report.precision = program.precision;
  report.totals = total_stats(program, config, activity);
  report.layers = layer_stats(program, config, activity);
  report.network.name = program.network;
  report.network.macs = report.totals.macs;
  report.input.source = request.data.inputs.empty() ? "synthetic" : "file";
  if (execution.overflow_count)
    report.accumulator = AccumulatorFacts{*execution.overflow_count, policy_of(program)};
  report.host.simulate_s = execution.simulate_s;
  return report;
}

traces::Observer* listener_of(const Request& request, const isa::Program& program,
                              const Configuration& config, RunObserver& observer) {
  return request.mode == Mode::functional_only ? nullptr : observer.listener(program, config);
}

}  // namespace

Outcome perform_program(const Request& request, Progress& progress, RunObserver& observer,
                        const Groundwork& groundwork) {
  const Stopwatch stopwatch;
  auto program = load_verified(request.program);
  const auto config = groundwork.config(hardware_for(program, request));
  check_executable(program, request, config);
  const auto given = read_given_arrays(request.data.inputs, input_ports(program));
  observer.begins(program.precision);
  std::vector<std::vector<uint8_t>> inputs;
  if (request.with_values()) inputs = make_inputs(program, given, request.data.seed);
  const double import_s = stopwatch.seconds();
  // Values are the same whoever makes them, but a program of a user's own may lack a token, and time shows
  // it.
  ValuesBy values_by = ValuesInModels{};
  if (request.mode == Mode::functional_only) values_by = ValuesApart{request.threads};
  const auto execution = request.plain
                             ? execute_plain(program, inputs)
                             : execute(program, config, request.mode, inputs, {}, layer_progress(progress),
                                       values_by, listener_of(request, program, config, observer));
  Outcome outcome;
  outcome.report = report_of(request, config, program, execution);
  outcome.report.host.import_s = import_s;
  observer.ends({program, execution.outputs}, outcome.report);
  return outcome;
}

}  // namespace mmasim::sim
