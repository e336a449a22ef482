// `mmasim check`: what of a network runs where, and all that is in the way of it, at once.
#include <memory>

#include "runtime/import/import.h"
#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/experiment/perform.h"
#include "sim/host/exit_code.h"
#include "sim/report/network_check.h"

namespace mmasim::sim {
namespace {

struct CheckOptions {
  Request request;
  std::string format = "table";
};

bool has_fault(const runtime::NetworkReading& reading) {
  for (const auto& node : reading.nodes) {
    if (!node.fault.empty()) return true;
  }
  return false;
}

int check(const CheckOptions& options) {
  auto request = options.request;
  check_precision(request.quant.precision);
  request.mode = Mode::timing_only;
  check_request(request);
  const runtime::ParsedNetwork parsed(request.network);
  const auto reading = parsed.read_nodes(import_options(request.import));
  std::vector<LayerStats> layers;
  std::optional<std::string> obstacle;
  if (!has_fault(reading)) {
    try {
      Progress progress(Loudness::quiet);
      layers = perform(request, progress).report.layers;
    } catch (const runtime::UserError& error) {
      obstacle = error.what();
    }
  }
  auto checked = network_check(reading, layers);
  checked.other_obstacle = obstacle;
  print(NetworkCheckPrintout(checked), options.format);
  return checked.runs() ? kDone : kUserMistake;
}

}  // namespace

void add_check_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("check", "say what of a network runs where, and what does not and why");
  auto options = std::make_shared<CheckOptions>();
  auto& request = options->request;
  add_network_argument(command, request.network);
  add_quant_options(command, request.quant);
  add_hardware_options(command, request.config);
  add_import_options(command, request.import);
  add_format_option(command, options->format);
  command.callback([&action, options] { action = [options] { return check(*options); }; });
}

}  // namespace mmasim::sim
