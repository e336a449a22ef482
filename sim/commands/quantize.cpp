// `mmasim quantize`: calibrate and plan only; the plan is written to be read, edited and given back.
#include <cstdio>
#include <memory>

#include "runtime/quantize/plan_file.h"
#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/experiment/groundwork.h"
#include "sim/experiment/pipeline.h"
#include "sim/host/exit_code.h"
#include "sim/host/output_folder.h"
#include "sim/host/progress.h"

namespace mmasim::sim {
namespace {

struct QuantizeOptions {
  Request request;
  std::string output;
  bool quiet = false;
};

void check_output(const std::string& path) {
  const auto dot = path.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : path.substr(dot);
  if (extension != ".yaml" && extension != ".yml")
    throw runtime::UserError("-o " + path + ": expected a plan, FILE.yaml");
  check_writable(path);
}

int quantize(const QuantizeOptions& options) {
  check_precision(options.request.quant.precision);
  check_request(options.request);
  check_output(options.output);
  Progress progress(options.quiet ? Loudness::quiet : Loudness::normal);
  const auto config = resolve_config(options.request.config);
  const auto prepared = prepare_network(options.request, config.machine.ddr_bytes, progress);
  progress.say("quantize");
  const auto& graph = prepared.network.graph;
  const auto made = make_network_plan(graph, &prepared.calibration->ranges, options.request.quant);
  for (const auto& warning : made.plan.warnings) note("warning: " + warning);
  runtime::save_plan(made.widened ? *made.widened : graph, made.plan, options.output);
  progress.say("");
  std::printf("%s: %s %s, %zu tensors, %zu nodes\n", options.output.c_str(), made.plan.name.c_str(),
              made.plan.precision.c_str(), made.plan.tensors.size(), made.plan.nodes.size());
  return kDone;
}

}  // namespace

void add_quantize_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("quantize", "calibrate and plan a network; write the plan");
  auto options = std::make_shared<QuantizeOptions>();
  auto& request = options->request;
  command.add_option("network", request.network, "ONNX file")->required()->type_name("NETWORK");
  command.add_option("-o,--output", options->output, "plan to write; its weights go to a .npz beside it")
      ->required()
      ->type_name("PLAN.yaml");
  add_quant_options(command, request.quant);
  add_hardware_options(command, request.config);
  add_data_options(command, request.data);
  command.add_option("--threads", request.threads, "host threads")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command.add_flag("--quiet", options->quiet, "no progress on standard error");
  command.callback([&action, options] { action = [options] { return quantize(*options); }; });
}

}  // namespace mmasim::sim
