// `mmasim quantize`: calibrate and plan only. The plan is written to be read, edited and given back, and as
// an ONNX file that other runtimes execute.
#include <cstdio>
#include <filesystem>
#include <memory>

#include "runtime/export/qdq.h"
#include "runtime/quantize/plan_file.h"
#include "runtime/quantize/yaml_text.h"
#include "runtime/transform/transform.h"
#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/experiment/adaptation.h"
#include "sim/experiment/groundwork.h"
#include "sim/experiment/pipeline.h"
#include "sim/host/exit_code.h"
#include "sim/host/file_set.h"
#include "sim/host/folder_lock.h"
#include "sim/host/progress.h"

namespace mmasim::sim {
namespace {

struct QuantizeOptions {
  Request request;
  std::string output;
  bool quiet = false;
};

// OUT.onnx has its plan beside it.
struct Outputs {
  std::string plan, onnx;
};

Outputs outputs_of(const std::string& path) {
  const std::filesystem::path file(path);
  const auto extension = file.extension().string();
  if (extension == ".yaml" || extension == ".yml") return {path, ""};
  if (extension == ".onnx") return {std::filesystem::path(path).replace_extension(".yaml").string(), path};
  throw runtime::UserError("-o " + path + ": expected FILE.onnx or a plan, FILE.yaml");
}

// A plan is given back with the network's file: it can have other numbers than that, but no other nodes.
void check_plan_fits_network(const QuantChoice& quant) {
  for (const auto& correction : quantization_of(quant).spec.corrections) {
    for (const auto& info : runtime::transforms()) {
      if (correction.kind != info.name || !info.changes_structure) continue;
      throw runtime::UserError(
          "corrections: " + correction.kind +
          " gives the network other nodes than its file; a plan of those cannot be given back");
    }
  }
}

// The files of a plan belong together: they appear at once, and no other process puts its own between them.
void write(const Outputs& outputs, const runtime::Graph& graph, const runtime::QuantPlan& plan) {
  FileSet files;
  if (!outputs.onnx.empty())
    files.write(outputs.onnx, [&](std::ostream& out) { runtime::write_qdq(graph, plan, out); });
  const auto archive = runtime::archive_beside(outputs.plan);
  files.write(archive, [&](std::ostream& out) { runtime::write_plan_weights(plan, archive, out); });
  files.write(outputs.plan, [&](std::ostream& out) { runtime::write_plan(graph, plan, outputs.plan, out); });
  const std::filesystem::path path(outputs.plan);
  const auto lock = FolderLock::take(path.parent_path(), "." + path.filename().string() + ".mmasim-lock");
  files.publish();
}

int quantize(const QuantizeOptions& options) {
  check_precision(options.request.quant.precision);
  check_request(options.request);
  const auto outputs = outputs_of(options.output);
  check_writable(outputs.plan);
  Progress progress(options.quiet ? Loudness::quiet : Loudness::normal);
  const auto config = resolve_config(options.request.config);
  check_plan_fits_network(options.request.quant);
  auto prepared = prepare_network(options.request, config.machine.ddr_bytes, progress);
  const auto quantization = adapt_prepared(options.request, prepared, config, progress);
  progress.say("quantize");
  const auto& graph = prepared.network.graph;
  const auto made = make_network_plan(graph, &prepared.calibration->ranges, quantization);
  for (const auto& warning : prepared.network.warnings) note("warning: " + warning);
  for (const auto& warning : made.plan.warnings) note("warning: " + warning);
  const auto& planned_of = made.widened ? *made.widened : graph;
  write(outputs, planned_of, made.plan);
  progress.say("");
  std::printf("%s: %s %s, %zu tensors, %zu nodes\n", options.output.c_str(), made.plan.name.c_str(),
              made.plan.precision.c_str(), made.plan.tensors.size(), made.plan.nodes.size());
  return kDone;
}

}  // namespace

void add_quantize_command(CLI::App& app, Action& action) {
  auto& command =
      *app.add_subcommand("quantize", "calibrate and plan a network; write it as QDQ ONNX and as a plan");
  auto options = std::make_shared<QuantizeOptions>();
  auto& request = options->request;
  add_network_argument(command, request.network);
  add_value(command, "-o,--output", options->output,
            {"OUT.onnx|PLAN.yaml",
             "QDQ ONNX to write, with the plan in a .yaml and a .npz beside it; or the plan alone"});
  add_quant_options(command, request.quant);
  add_hardware_options(command, request.config);
  add_import_options(command, request.import);
  add_data_options(command, request.data);
  add_host_options(command, request.threads, options->quiet);
  command.callback([&action, options] { action = [options] { return quantize(*options); }; });
}

}  // namespace mmasim::sim
