// `mmasim trace`: summarises a recorded trace, or compares two.
#include <memory>

#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/host/exit_code.h"
#include "sim/report/printout.h"
#include "sim/report/trace_report.h"

namespace mmasim::sim {
namespace {

struct TraceCommandOptions {
  std::string first, second, format = "table";
  uint64_t top = 10;
};

TraceReport read(const std::string& file) { return trace_report(file, traces::summarize_trace(file)); }

void warn_of_gaps(const TraceReport& report) {
  if (report.truncated_cycle) {
    note("warning: " + report.file + " ends at cycle " + std::to_string(*report.truncated_cycle) +
         " (--trace-limit): the figures are of what is there");
  } else if (!report.whole) {
    note("warning: " + report.file + " holds some layers only: the figures are of those");
  }
}

int summarize(const TraceCommandOptions& options) {
  const auto first = read(options.first);
  warn_of_gaps(first);
  if (options.second.empty()) {
    print(TracePrintout(first, options.top), options.format);
    return kDone;
  }
  const auto second = read(options.second);
  warn_of_gaps(second);
  print(TraceComparisonPrintout(first, second, options.top), options.format);
  return kDone;
}

}  // namespace

void add_trace_command(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("trace", "summarise a recorded trace, or compare two");
  auto options = std::make_shared<TraceCommandOptions>();
  add_value(command, "file", options->first, {"FILE", "trace.json or trace.csv of a run, plain or .gz"});
  add_value(command, "second", options->second, {"FILE2", "another, to compare with", "the first alone"});
  add_value(command, "--top", options->top,
            {"N", "layers and pieces of the critical path in a table", std::to_string(options->top)})
      .transform(whole_number(1, 1000000));
  add_format_option(command, options->format);
  command.callback([&action, options] { action = [options] { return summarize(*options); }; });
}

}  // namespace mmasim::sim
