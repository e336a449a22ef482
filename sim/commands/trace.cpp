// `mmasim trace`: summarises a recorded trace, or compares two.
#include <memory>

#include "sim/commands/commands.h"
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
  command.add_option("file", options->first, "trace.json or trace.csv of a run, plain or .gz")
      ->required()
      ->type_name("FILE");
  command.add_option("second", options->second, "another, to compare with")->type_name("FILE2");
  command.add_option("--top", options->top, "layers and pieces of the critical path in a table")
      ->check(CLI::Range(1, 1000000))
      ->type_name("N");
  command.add_option("--format", options->format, "of standard output")
      ->check(CLI::IsMember(format_words()))
      ->type_name("table|json|csv|markdown");
  command.callback([&action, options] { action = [options] { return summarize(*options); }; });
}

}  // namespace mmasim::sim
