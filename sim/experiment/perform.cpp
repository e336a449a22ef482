#include "sim/experiment/perform.h"

#include <algorithm>

#include "sim/experiment/network_run.h"
#include "sim/experiment/program_run.h"
#include "sim/host/stopwatch.h"

namespace mmasim::sim {
namespace {

// The differences a verification found: they stand beside the report, which has their number only.
Key<Outcome> differences_key() {
  return {"differences",
          "",
          "a line per tensor that differs from the reference",
          {},
          [](const Outcome& row) {
            return row.report.verify ? ordered_json(row.report.verify->differences) : ordered_json::array();
          },
          [](Outcome& row, const ordered_json& json, const std::string& path) {
            std::vector<std::string> differences;
            value_from_json(json, path, differences);
            if (row.report.verify) row.report.verify->differences = std::move(differences);
          }};
}

}  // namespace

const Keys<Outcome>& outcome_keys() {
  using Row = Outcome;
  static const Keys<Row> keys{
      key_of_part(&Row::report, report_keys(), "report", "", "as report.json has it"),
      differences_key(),
      key_of_optional(&Row::accuracy, accuracy_keys(), "accuracy",
                      "of a dataset; null if none was asked for"),
      key(&Row::warnings, "warnings", "", "of the quantization plan, a line each"),
  };
  return keys;
}

Outcome perform(const Request& request, Progress& progress, RunObserver& observer,
                const Groundwork& groundwork) {
  const Stopwatch stopwatch;
  check_fields(request);
  auto outcome = request.program.empty() ? perform_network(request, progress, observer, groundwork)
                                         : perform_program(request, progress, observer, groundwork);
  auto& host = outcome.report.host;
  host.threads = request.threads;
  host.peak_rss_mb = peak_rss_mb();
  const double named_s = host.import_s + host.quantize_s + host.lower_s + host.simulate_s + host.verify_s;
  host.wall_s = std::max(stopwatch.seconds(), named_s);  // what was prepared for several runs is part of each
  host.other_s = host.wall_s - named_s;
  return outcome;
}

Outcome perform(const Request& request, Progress& progress, const Groundwork& groundwork) {
  RunObserver nobody;
  return perform(request, progress, nobody, groundwork);
}

}  // namespace mmasim::sim
