// `mmasim memory`: replays a stream of addresses on the DDR of a configuration.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "models/memory/stream_replay.h"
#include "sim/commands/cli.h"
#include "sim/commands/commands.h"
#include "sim/commands/hardware.h"
#include "sim/inputs/stream_file.h"
#include "sim/report/run_files.h"
#include "sim/report/table.h"

namespace mmasim::sim {
namespace {

struct MemoryOptions {
  std::string stream;
  std::optional<uint64_t> cycles;
  HardwareOptions hardware;
  std::string format = "table";
};

const StatTable<models::StreamResult>& stream_table() {
  using Row = models::StreamResult;
  static const StatTable<Row> table{
      {"reads_done", "", "reads done", [](const Row& row) { return ordered_json(row.reads_done); }},
      {"writes_done", "", "writes done", [](const Row& row) { return ordered_json(row.writes_done); }},
      {"bandwidth_gbps", "GB/s", "bytes both ways over all cycles",
       [](const Row& row) { return ordered_json(row.bandwidth_gbps); }},
      {"mean_read_latency_cycles", "DRAM cycles", "from acceptance by the controller to the last data",
       [](const Row& row) { return ordered_json(row.mean_read_latency_cycles); }},
      {"row_hit_fraction", "0..1", "reads that found their row opened by an earlier request",
       [](const Row& row) { return ordered_json(row.row_hit_fraction); }},
  };
  return table;
}

std::string shown(const models::StreamResult& result, const std::string& format) {
  if (format == "json") return json_text(to_json(stream_table(), result));
  using Align = Column::Align;
  Table table{{{"stat", Align::left}, {"value"}, {"unit", Align::left}, {"meaning", Align::left}}, {}};
  for (const auto& stat : stream_table()) {
    table.rows.push_back({stat.name, stat.value(result).dump(), stat.unit, stat.sentence});
  }
  return format == "csv" ? table.csv() : format == "markdown" ? table.markdown() : table.aligned();
}

int replay(const MemoryOptions& options) {
  const auto config = resolve_hardware(options.hardware);
  const auto stream = read_stream_file(options.stream);
  std::fputs(shown(models::replay_stream(config.dram, stream, options.cycles), options.format).c_str(),
             stdout);
  return kDone;
}

}  // namespace

void add_memory_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("memory", "replay a stream of addresses on the DDR of a configuration");
  auto options = std::make_shared<MemoryOptions>();
  command.add_option("stream", options->stream, "lines of `address READ|WRITE earliest_cycle`")
      ->required()
      ->type_name("STREAM");
  command
      .add_option("--cycles", options->cycles,
                  "DRAM clock cycles to run; to the end of the stream without it")
      ->type_name("N");
  command.add_option("--format", options->format, "of standard output")
      ->check(CLI::IsMember({"table", "json", "csv", "markdown"}))
      ->type_name("table|json|csv|markdown");
  add_hardware_options(command, options->hardware);
  command.callback([&action, options] { action = [options] { return replay(*options); }; });
}

}  // namespace mmasim::sim
