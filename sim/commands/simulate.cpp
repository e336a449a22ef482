// `mmasim simulate`: executes a compiled program.
#include <memory>

#include "runtime/user_error.h"
#include "sim/commands/commands.h"
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
  check_modes(options.modes);
  if (options.request.plain && options.modes.timing_only)
    throw runtime::UserError("--plain makes values, --timing-only makes none; give one of them");
  auto request = options.request;
  set_modes(options.modes, request);
  return perform_and_write(request, options.output, options.selection, options.trace);
}

}  // namespace

void add_simulate_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("simulate", "execute a compiled program");
  auto options = std::make_shared<SimulateOptions>();
  auto& request = options->request;
  command.add_option("program", request.program, "program file")->required()->type_name("PROG.mma");
  add_hardware_options(command, request.config);
  add_input_options(command, request.data);
  command.add_flag("--timing-only", options->modes.timing_only, "cycles without values");
  command.add_flag("--functional-only", options->modes.functional_only, "values without cycles");
  command.add_flag("--plain", request.plain,
                   "values by the plain definition of every instruction, without cycles: slow and obvious");
  add_output_options(command, options->output);
  add_program_option(command, options->output);
  add_selection_options(command, options->selection);
  add_trace_options(command, options->trace);
  command.callback([&action, options] { action = [options] { return simulate(*options); }; });
}

}  // namespace mmasim::sim
