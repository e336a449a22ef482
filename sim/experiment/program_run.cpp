#include "sim/experiment/program_run.h"
#include "runtime/quantize/host_values.h"

#include "isa/encoding/codec.h"
#include "isa/program/program_file.h"
#include "isa/verify/dataflow.h"
#include "runtime/user_error.h"
#include "sim/experiment/execution.h"
#include "sim/host/stopwatch.h"
#include "sim/inputs/network_inputs.h"
#include "sim/inputs/placed_tensor.h"

namespace mmasim::sim {
namespace {

void check_known_precision(const std::string& file, const std::string& precision) {
  for (const char* known : {"int8", "int16", "int32", "mixed", "float32"})
    if (precision == known) return;
  throw runtime::UserError(file + ": precision '" + precision +
                           "'; expected int8, int16, int32, mixed or float32");
}

// A program that this hardware and these options can execute.
isa::Program load_checked(const Request& request, const Configuration& config) {
  auto program = isa::load_program(request.program);
  isa::verify_program(program);
  try {
    isa::verify_dataflow(program, isa::MadeBy::anyone);
  } catch (const isa::ProgramFileError& error) {
    throw isa::ProgramFileError(request.program + ": " + error.what());
  }
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

RunReport report_of(const Request& request, const Configuration& config, const isa::Program& program,
                    const Execution& execution) {
  RunReport report;
  const auto* activity = execution.activity ? &*execution.activity : nullptr;
  report.config = config;
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
  const auto config = groundwork.config(request.config);
  auto program = load_checked(request, config);
  const auto given = read_given_arrays(request.data.inputs, input_ports(program));
  observer.begins(program.precision);
  std::vector<std::vector<uint8_t>> inputs;
  if (request.with_values()) inputs = make_inputs(program, given, request.data.seed);
  const double import_s = stopwatch.seconds();
  const auto execution = request.plain
                             ? execute_plain(program, inputs)
                             : execute(program, config, request.mode, inputs, {}, layer_progress(progress),
                                       ValuesInModels{}, listener_of(request, program, config, observer));
  Outcome outcome;
  outcome.report = report_of(request, config, program, execution);
  outcome.report.host.import_s = import_s;
  observer.ends({program, execution.outputs}, outcome.report);
  return outcome;
}

}  // namespace mmasim::sim
