// `mmasim compile`: quantize and lower only.
#include <cstdio>
#include <memory>

#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/experiment/adaptation.h"
#include "sim/experiment/groundwork.h"
#include "sim/host/exit_code.h"
#include "sim/host/file_set.h"
#include "sim/host/progress.h"
#include "sim/report/run_files.h"

namespace mmasim::sim {
namespace {

struct CompileOptions {
  Request request;
  std::string program;
  bool timing_only = false, quiet = false;
};

int compile(const CompileOptions& options) {
  auto request = options.request;
  check_precision(request.quant.precision);
  if (options.timing_only) request.mode = Mode::timing_only;
  check_request(request);
  const auto config = resolve_config(request.config);
  check_writable(options.program);
  Progress progress(options.quiet ? Loudness::quiet : Loudness::normal);
  auto prepared = prepare_network(request, config.machine.ddr_bytes, progress);
  const auto quantization = adapt_prepared(request, prepared, config, progress);
  progress.say("quantize and lower");
  const auto planned = plan_network(prepared.network.graph, config,
                                    prepared.calibration ? &prepared.calibration->ranges : nullptr,
                                    {quantization}, WeightValues::consumed);
  for (const auto& warning : prepared.network.warnings) note("warning: " + warning);
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
  auto& request = options->request;
  add_network_argument(command, request.network);
  add_value(command, "-o,--output", options->program, {"PROG.mma", "program file to write"});
  add_quant_options(command, request.quant);
  add_switch(command, "--timing-only", options->timing_only,
             "a program without values: no weights, no calibration");
  add_host_options(command, request.threads, options->quiet);
  add_hardware_options(command, request.config);
  add_import_options(command, request.import);
  add_data_options(command, request.data);
  command.callback([&action, options] { action = [options] { return compile(*options); }; });
}

}  // namespace mmasim::sim
