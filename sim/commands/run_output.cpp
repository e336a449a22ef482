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
  RunFiles(const std::string& folder, const std::string& file_run) : path_(folder), file_run_(file_run) {}

  void begins(const std::string& precision) override {
    folder_.emplace(path_.empty() ? "mmasim-out/" + file_stem(file_run_) + "-" + precision : path_);
  }

  void ends(const Made& made, RunReport& report) override {
    remove_earlier_run(*folder_);
    report.outputs = write_outputs(*folder_, made.program, made.outputs);
    report.memory = made.memory ? memory_facts(*made.memory) : memory_facts(made.program);
    if (made.plan) folder_->write("quantization.yaml", runtime::to_yaml(*made.graph, *made.plan));
    write_program(*folder_, made.program);
  }

  void write(const RunReport& report) { write_report(*folder_, report); }

 private:
  const std::string path_, file_run_;
  std::optional<OutputFolder> folder_;
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

int perform_and_write(Request request, const OutputOptions& output, const LayerSelection& selection) {
  check_selection(selection, request);
  request.threads = output.threads;
  RunFiles files(output.out, request.program.empty() ? request.network : request.program);
  Progress progress(loudness_of(output));
  const auto report = perform(request, progress, files).report;
  files.write(report);
  progress.say("");
  print(RunPrintout(report, selection), output.format);
  return conclude(report);
}

}  // namespace mmasim::sim
