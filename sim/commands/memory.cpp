// `mmasim memory`: replays a stream of addresses on the DDR of a configuration.
#include <memory>

#include "models/memory/stream_replay.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/host/exit_code.h"
#include "sim/inputs/stream_file.h"
#include "sim/report/replay.h"

namespace mmasim::sim {
namespace {

struct MemoryOptions {
  std::string stream;
  std::optional<uint64_t> cycles;
  ConfigChoice config;
  std::string format = "table";
};

int replay(const MemoryOptions& options) {
  const auto config = resolve_config(options.config);
  const auto stream = read_stream_file(options.stream);
  print(ReplayPrintout(models::replay_stream(config.dram, stream, options.cycles)), options.format);
  return kDone;
}

}  // namespace

void add_memory_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("memory", "replay a stream of addresses on the DDR of a configuration");
  auto options = std::make_shared<MemoryOptions>();
  add_value(command, "stream", options->stream,
            {"STREAM", "lines of `address READ|WRITE earliest_cycle`; - for standard input"});
  add_value(command, "--cycles", options->cycles,
            {"N", "DRAM clock cycles to run", "to the end of the stream"})
      .transform(whole_number(1));
  add_format_option(command, options->format);
  add_hardware_options(command, options->config);
  command.callback([&action, options] { action = [options] { return replay(*options); }; });
}

}  // namespace mmasim::sim
