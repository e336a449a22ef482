// `mmasim sweep`: many runs over a grid of configurations, networks and quantizations.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <thread>

#include "runtime/user_error.h"
#include "sim/commands/commands.h"
#include "sim/commands/option_kinds.h"
#include "sim/commands/result_folder.h"
#include "sim/experiment/pipeline.h"
#include "sim/host/exit_code.h"
#include "sim/sweep/points.h"
#include "sim/sweep/slurm_engine.h"
#include "sim/sweep/sweep_folder.h"

namespace mmasim::sim {
namespace {

struct SweepOptions {
  std::string file, out, format = "table", engine = "local";
  bool resume = false, dry_run = false, quiet = false;
  std::optional<unsigned> jobs;
  uint64_t chunk = 0;
  std::vector<std::string> sbatch;
};

unsigned processes(const SweepOptions& options) {
  return options.jobs.value_or(std::clamp(std::thread::hardware_concurrency(), 1u, 1024u));
}

// The points of a sweep that is not run, and how long it would take.
class PlanPrintout : public Printout {
 public:
  PlanPrintout(std::vector<ordered_json> rows, Estimate estimate, unsigned processes)
      : points_(rows.size()), rows_(std::move(rows)), estimate_(std::move(estimate)), processes_(processes) {}

  ordered_json json() const override {
    auto json = rows_.json();
    json["estimated_s"] = estimate_.seconds;
    return json;
  }
  Table table() const override { return rows_.table(); }
  Table rows() const override { return rows_.rows(); }
  std::string footer() const override {
    std::string text;
    for (const auto& line : estimate_.lines) text += line + "\n";
    return text +
           fmt::format("{} points, about {:.1f} s on {} processes\n", points_, estimate_.seconds, processes_);
  }

 private:
  const size_t points_;
  const SweepPrintout rows_;
  const Estimate estimate_;
  const unsigned processes_;
};

int print_plan(const SweepOptions& options, const std::vector<Request>& points, Progress& progress) {
  const auto estimate = estimate_points(points, processes(options), progress);
  progress.say("");
  std::vector<ordered_json> rows;
  const SweepRows sweep_rows(set_keys_of(points));
  for (const auto& point : points)
    rows.push_back(sweep_rows.row({hash_of(point), point, std::nullopt, std::nullopt}));
  print(PlanPrintout(std::move(rows), estimate, processes(options)), options.format);
  return kDone;
}

size_t perform_locally(const SweepOptions& options, const std::vector<Request>& points, const SweepRows& rows,
                       SweepFolder& folder, Progress& progress) {
  PointWork work;
  work.jobs = processes(options);
  work.row = [&](const LoggedResult& result) { return rows.row(result); };
  work.done = [&](const PointResult& result) { folder.append(result); };
  return perform_points(points, work, progress);
}

SlurmWork slurm_work(const SweepOptions& options, const SweepRows& rows, SweepFolder& folder) {
  SlurmWork work;
  work.folder = folder.path_of("");
  work.chunk = options.chunk;
  work.jobs = options.jobs;
  work.options = options.sbatch;
  work.done = [&](const LoggedResult& result) {
    if (folder.log().has(result.hash)) return;
    folder.append({result.hash, line_of(result), rows.row(result), result.error.has_value()});
  };
  return work;
}

// The number of points without a result.
size_t perform_by_slurm(const SweepOptions& options, const std::vector<Request>& points,
                        const SweepRows& rows, SweepFolder& folder, Progress& progress) {
  const auto work = slurm_work(options, rows, folder);
  options.resume ? merge_slurm_logs(work) : forget_slurm_logs(work);
  perform_in_slurm(folder.log().missing(points), work, progress);
  const auto missing = folder.log().missing(points).size();
  if (missing > 0) {
    progress.note(std::to_string(missing) + " points have no result; what tasks said is in " +
                  folder.path_of("slurm") + "; --resume goes on");
  }
  return missing;
}

int sweep(const SweepOptions& options) {
  if (options.out == kNoFolder && !options.dry_run)
    throw runtime::UserError("--out none: a sweep's results are its files; expected a folder");
  const auto points = points_of(load_sweep_file(options.file), options.file);
  Progress progress(options.quiet ? Loudness::quiet : Loudness::normal);
  if (options.dry_run) return print_plan(options, points, progress);
  const SweepRows rows(set_keys_of(points));
  SweepFolder folder(options.out.empty() ? "mmasim-out/" + file_stem(options.file) : options.out, rows,
                     options.resume ? LogStart::resumed : LogStart::fresh);
  const auto without_result =
      options.engine == "slurm"
          ? perform_by_slurm(options, points, rows, folder, progress)
          : perform_locally(options, folder.log().missing(points), rows, folder, progress);
  progress.say("");
  const SweepPrintout printout(folder.rows_of(points));
  std::exception_ptr fault;
  try {
    folder.write("sweep.html", printout.page());
  } catch (const runtime::UserError&) {
    fault = std::current_exception();
  }
  print(printout, options.format);
  if (fault) std::rethrow_exception(fault);
  return without_result > 0 || printout.json()["failed"] != 0 ? kFailed : kDone;
}

}  // namespace

void add_sweep_command(CLI::App& app, Action& action) {
  auto& command =
      *app.add_subcommand("sweep", "many runs over a grid of configurations, networks and quantizations");
  auto options = std::make_shared<SweepOptions>();
  add_value(command, "file", options->file,
            {"SWEEP.yaml", "YAML: {network, config, set, precision, quant, mode, data, points}"});
  add_value(command, "--out", options->out,
            {"DIR", "folder of results.csv, results.jsonl and sweep.html", "mmasim-out/SWEEP"});
  add_switch(command, "--resume", options->resume,
             "go on: keep the results that are there, do what is missing");
  add_switch(command, "--dry-run", options->dry_run, "print the points, and how long they would take");
  add_word(command, "--engine", options->engine,
           {"local|slurm", "processes here, or tasks of a Slurm job array", options->engine});
  add_value(command, "--jobs,--threads", options->jobs,
            {"N", "processes or tasks at once", "as many as there are cores, or as Slurm likes"})
      .transform(whole_number(1, 1024));
  add_value(command, "--chunk", options->chunk,
            {"N", "points of a Slurm task", "so many that there are 64 tasks"})
      .transform(whole_number(1));
  add_repeated(command, "--sbatch", options->sbatch,
               {"OPTION", "an option for sbatch, as --sbatch=--partition=x", "none"});
  add_format_option(command, options->format);
  add_switch(command, "--quiet", options->quiet, "no progress on standard error");
  command.callback([&action, options] { action = [options] { return sweep(*options); }; });
}

}  // namespace mmasim::sim
