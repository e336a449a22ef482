// `mmasim validate`: checks configuration, quantization and sweep files and says every fault with its place.
#include <cstdio>
#include <memory>

#include "runtime/quantize/spec.h"
#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/config/config.h"
#include "sim/config/config_places.h"
#include "sim/host/exit_code.h"
#include "sim/sweep/sweep_file.h"

namespace mmasim::sim {
namespace {

std::vector<std::string> faults_of(const std::string& file) {
  try {
    if (looks_like_sweep_file(file)) return check_sweep_file(file).faults;
    return runtime::looks_like_quant_file(file) ? runtime::faults_of_quant_file(file)
                                                : check_config(find_config(file)).faults;
  } catch (const runtime::UserError& error) {
    return {error.what()};
  }
}

int validate(const std::vector<std::string>& files) {
  int code = kDone;
  for (const auto& file : files) {
    const auto faults = faults_of(file);
    if (faults.empty()) std::printf("%s: ok\n", file.c_str());
    std::fflush(stdout);
    for (const auto& fault : faults) std::fprintf(stderr, "%s\n", fault.c_str());
    if (!faults.empty()) code = kUserMistake;
  }
  return code;
}

}  // namespace

void add_validate_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand(
      "validate", "check configuration, quantization and sweep files and say every fault with its line");
  auto files = std::make_shared<std::vector<std::string>>();
  add_value(command, "files", *files,
            {"FILE.yaml", "hardware configurations, by name or file, quantization files and sweeps"});
  command.callback([&action, files] { action = [files] { return validate(*files); }; });
}

}  // namespace mmasim::sim
