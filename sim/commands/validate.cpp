// `mmasim validate`: checks configuration, quantization and sweep files and says every fault with its place.
#include <cstdio>
#include <memory>

#include "runtime/io/file_text.h"
#include "runtime/quantize/quant_file.h"
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

// Read once: it may be a pipe.
std::vector<std::string> faults_of(const std::string& file_or_name) {
  try {
    const auto file = find_config(file_or_name);
    const auto text = runtime::read_file_text(file, "configuration, quantization or sweep");
    if (looks_like_sweep_text(text)) return check_sweep_text(text, file).faults;
    return runtime::looks_like_quant_text(text) ? runtime::faults_of_quant_text(text, file)
                                                : ConfigFile(text, file).check({}).faults;
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
