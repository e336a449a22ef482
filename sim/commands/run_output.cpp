#include "sim/commands/run_output.h"

#include <cstdio>

#include "sim/commands/cli.h"
#include "sim/host/progress.h"
#include "sim/report/layer_table.h"
#include "sim/report/run_files.h"

namespace mmasim::sim {
namespace {

std::string shown(const RunReport& report, const std::string& format) {
  if (format == "json") return json_text(to_json(report));
  if (format == "csv") return layer_csv(report.layers).csv();
  const auto title = report.network.name + " " + report.precision +
                     (report.quant ? " " + *report.quant : "") + " on " + report.config.name;
  const auto table = layer_table(report.layers);
  return (format == "markdown" ? table.markdown() : table.aligned()) + "\n" +
         totals_text(report.totals, title);
}

}  // namespace

void print_run(const RunReport& report, const std::string& format) {
  std::fputs(shown(report, format).c_str(), stdout);
  if (report.verify && format != "json" && format != "csv") {
    std::printf("verify: %llu values of %llu tensors compared with the reference, %llu differ\n",
                static_cast<unsigned long long>(report.verify->compared_values),
                static_cast<unsigned long long>(report.verify->compared_tensors),
                static_cast<unsigned long long>(report.verify->mismatches));
  }
  std::fflush(stdout);
}

int conclude_run(const RunReport& report) {
  if (report.accumulator && report.accumulator->overflow_count > 0) {
    note("warning: " + std::to_string(report.accumulator->overflow_count) +
         " sums left the accumulator's range (policy: " + report.accumulator->policy + ")");
  }
  if (!report.verify || report.verify->mismatches == 0) return kDone;
  for (const auto& difference : report.verify->differences) note("verify: " + difference);
  return kFailed;
}

Mode mode_of(const ModeOptions& options) {
  return options.timing_only       ? Mode::timing_only
         : options.functional_only ? Mode::functional_only
                                   : Mode::timed_values;
}

}  // namespace mmasim::sim
