#include "sim/commands/run_output.h"

#include <optional>

#include "runtime/quantize/quantize.h"
#include "sim/experiment/perform.h"
#include "sim/host/exit_code.h"
#include "sim/host/output_folder.h"
#include "sim/host/progress.h"
#include "sim/report/run_files.h"
#include "sim/report/run_printout.h"

namespace mmasim::sim {
namespace {

// The run's folder: there before work starts, filled when it ends.
class RunFiles : public RunObserver {
 public:
  RunFiles(const std::string& folder, const std::string& file_run, TraceChoice trace)
      : path_(folder), file_run_(file_run), trace_(std::move(trace)) {}

  void begins(const std::string& precision) override {
    folder_.emplace(path_.empty() ? "mmasim-out/" + file_stem(file_run_) + "-" + precision : path_);
  }

  traces::Observer* listener(const isa::Program& program, const Configuration& config) override {
    timeline_.emplace();
    if (trace_.formats.empty()) return &*timeline_;
    trace_files_.emplace(*folder_, trace_, program, config);
    both_.emplace(std::vector<traces::Observer*>{&*timeline_, &trace_files_->listener()});
    return &*both_;
  }

  void ends(const Made& made, RunReport& report) override {
    remove_earlier_run(*folder_);
    if (trace_files_) trace_files_->keep();
    report.outputs = write_outputs(*folder_, made.program, made.outputs);
    report.memory = made.memory ? memory_facts(*made.memory) : memory_facts(made.program);
    if (timeline_) report.timeline = timeline_facts(*timeline_);
    if (made.plan) folder_->write("quantization.yaml", runtime::to_yaml(*made.graph, *made.plan));
    write_program(*folder_, made.program);
  }

  void write(const RunReport& report) { write_report(*folder_, report); }

 private:
  const std::string path_, file_run_;
  const TraceChoice trace_;
  std::optional<OutputFolder> folder_;
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
  check_selection(selection, request);
  const auto choice = trace_choice(trace, request);
  request.threads = output.threads;
  RunFiles files(output.out, request.program.empty() ? request.network : request.program, choice);
  Progress progress(loudness_of(output));
  const auto report = perform(request, progress, files).report;
  files.write(report);
  progress.say("");
  print(RunPrintout(report, selection), output.format);
  return conclude(report);
}

}  // namespace mmasim::sim
