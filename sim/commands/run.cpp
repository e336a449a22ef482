// `mmasim run`: import, quantize, lower, simulate, report.
#include <memory>

#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/commands/run_output.h"

namespace mmasim::sim {
namespace {

struct RunOptions {
  Request request;
  ModeOptions modes;
  OutputOptions output;
  LayerSelection selection;
  TraceOptions trace;
};

int run(const RunOptions& options) {
  check_precision(options.request.quant.precision);
  auto request = options.request;
  set_modes(options.modes, request);
  return perform_and_write(request, options.output, options.selection, options.trace);
}

}  // namespace

void add_run_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("run", "import, quantize, lower, simulate and report a network");
  auto options = std::make_shared<RunOptions>();
  auto& request = options->request;
  add_network_argument(command, request.network);
  add_quant_options(command, request.quant);
  add_hardware_options(command, request.config);
  add_import_options(command, request.import);
  add_data_options(command, request.data);
  add_mode_options(command, options->modes);
  add_switch(command, "--compare-float", request.compare_float,
             "error of each layer's integers against the float network on the same inputs");
  add_output_options(command, options->output,
                     "mmasim-out/NETWORK-PRECISION; what is not the default is part of the name");
  add_program_option(command, options->output);
  add_selection_options(command, options->selection);
  add_trace_options(command, options->trace);
  command.callback([&action, options] { action = [options] { return run(*options); }; });
}

}  // namespace mmasim::sim
