#include "sim/commands/run_output.h"

#include <fstream>
#include <optional>

#include "isa/kit/one_line.h"
#include "runtime/quantize/quantize.h"
#include "runtime/user_error.h"
#include "sim/commands/result_folder.h"
#include "sim/experiment/perform.h"
#include "sim/host/exit_code.h"
#include "sim/host/progress.h"
#include "sim/report/run_files.h"
#include "sim/report/run_printout.h"

namespace mmasim::sim {
namespace {

// What of an earlier run says which network it was of; empty: there was none.
struct EarlierNetwork {
  std::string file, sha256;
};

EarlierNetwork earlier_network(const OutputFolder& folder) {
  std::ifstream in(folder.path_of("report.json"));
  const auto report = ordered_json::parse(in, nullptr, false);
  const auto network = report.is_object() ? report.value("network", ordered_json()) : ordered_json();
  const auto text = [&](const char* key) {
    const auto found = network.find(key);
    return network.is_object() && found != network.end() && found->is_string() ? found->get<std::string>()
                                                                               : "";
  };
  return {text("file"), text("sha256")};
}

// The run's folder: there before work starts, filled when it ends.
class RunFiles : public RunObserver {
 public:
  RunFiles(const Request& request, const OutputOptions& options, TraceChoice trace)
      : request_(request), options_(options), trace_(std::move(trace)) {}

  void begins(const std::string& precision) override {
    folder_.emplace(options_, options_.out.empty() ? default_folder(request_, precision) : "");
  }

  traces::Observer* listener(const isa::Program& program, const Configuration& config) override {
    timeline_.emplace();
    if (trace_.formats.empty()) return &*timeline_;
    trace_files_.emplace(*folder_->folder(), trace_, program, config);
    both_.emplace(std::vector<traces::Observer*>{&*timeline_, &trace_files_->listener()});
    return &*both_;
  }

  void ends(const Made& made, RunReport& report) override {
    report.outputs = output_facts(made.program, made.outputs);
    report.memory = made.memory ? memory_facts(*made.memory) : memory_facts(made.program);
    if (timeline_) report.timeline = timeline_facts(*timeline_);
    folder_->attempt([&](OutputFolder& folder) {
      if (trace_files_) trace_files_->finish();
      write_outputs(folder, made.program, made.outputs, report.outputs);
      if (made.plan) folder.write("quantization.yaml", runtime::to_yaml(*made.graph, *made.plan));
      if (!options_.no_program) write_program(folder, made.program);
    });
    if (folder_->folder() != nullptr) return;
    for (auto& output : report.outputs) output.file.reset();
  }

  void write(const RunReport& report) {
    EarlierNetwork earlier;
    folder_->attempt([&](OutputFolder& folder) {
      if (options_.out.empty()) earlier = earlier_network(folder);
      remove_earlier_run(folder);
      write_report(folder, report);
    });
    folder_->publish();
    const auto& now = report.network;
    if (folder_->shown().empty() || earlier.file.empty() || !now.file) return;
    if (earlier.file == now.file || earlier.sha256 == now.sha256) return;
    note(folder_->shown() + " held the run of another network, " + isa::one_line(earlier.file) +
         ", whose place these files took; --out keeps both");
  }

  const ResultFolder& folder() const { return *folder_; }

 private:
  const Request& request_;
  const OutputOptions& options_;
  const TraceChoice trace_;
  std::optional<ResultFolder> folder_;
  std::optional<traces::Timeline> timeline_;  // none: the run is not timed
  std::optional<traces::Fan> both_;
  std::optional<TraceFiles> trace_files_;  // none: no trace is asked for
};

// Notes on standard error: what differs from the reference, overflows. Returns the exit code.
int conclude(const RunReport& report) {
  if (report.accumulator && report.accumulator->overflow_count > 0) {
    note("warning: " + std::to_string(report.accumulator->overflow_count) +
         " sums left the accumulator's range (policy: " + report.accumulator->policy + ")");
  }
  if (!report.verify || report.verify->mismatches == 0) return kDone;
  for (const auto& difference : report.verify->differences) note("verify: " + difference);
  return kFailed;
}

}  // namespace

int perform_and_write(Request request, const OutputOptions& output, const LayerSelection& selection,
                      const TraceOptions& trace) {
  const auto choice = trace_choice(trace);
  request.threads = output.threads;
  RunFiles files(request, output, choice);
  Progress progress(loudness_of(output));
  const auto report = perform(request, progress, files).report;
  files.write(report);
  progress.say("");
  try {
    print(RunPrintout(report, selection), output.format, files.folder().shown());
  } catch (const runtime::UserError&) {
    conclude(report);
    throw;
  }
  const int code = conclude(report);
  files.folder().rethrow();
  return code;
}

}  // namespace mmasim::sim
