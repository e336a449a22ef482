// `mmasim simulate`: executes a compiled program.
#include <memory>

#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/commands/run_output.h"

namespace mmasim::sim {
namespace {

struct SimulateOptions {
  Request request;
  ModeOptions modes;
  OutputOptions output;
  LayerSelection selection;
  TraceOptions trace;
};

int simulate(const SimulateOptions& options) {
  auto request = options.request;
  set_modes(options.modes, request);
  return perform_and_write(request, options.output, options.selection, options.trace);
}

}  // namespace

void add_simulate_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("simulate", "execute a compiled program");
  auto options = std::make_shared<SimulateOptions>();
  auto& request = options->request;
  add_value(command, "program", request.program, {"PROG.mma", "program file"});
  add_hardware_options(command, request.config, "the one that the program was compiled for");
  add_input_options(command, request.data);
  add_switch(command, "--timing-only", options->modes.timing_only, "cycles without values");
  add_switch(command, "--functional-only", options->modes.functional_only, "values without cycles");
  add_switch(command, "--plain", request.plain,
             "values by the plain definition of every instruction, without cycles: slow and obvious");
  add_output_options(command, options->output,
                     "mmasim-out/PROGRAM-PRECISION; what is not the default is part of the name");
  add_program_option(command, options->output);
  add_selection_options(command, options->selection);
  add_trace_options(command, options->trace);
  command.callback([&action, options] { action = [options] { return simulate(*options); }; });
}

}  // namespace mmasim::sim
