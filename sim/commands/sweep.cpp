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

int print_plan(const SweepOptions& options, const std::vector<Request>& points, Progress& progress) {
  const auto estimate = estimate_points(points, processes(options), progress);
  progress.say("");
  std::vector<ordered_json> rows;
  const SweepRows sweep_rows(set_keys_of(points));
  for (const auto& point : points)
    rows.push_back(sweep_rows.row({hash_of(point), point, std::nullopt, std::nullopt}));
  if (options.format != "table") {
    auto json = SweepPrintout(rows).json();
    json["estimated_s"] = estimate.seconds;
    std::fputs(options.format == "json" ? json_text(json).c_str() : SweepPrintout(rows).rows().csv().c_str(),
               stdout);
    return kDone;
  }
  std::fputs(SweepPrintout(rows).table().aligned().c_str(), stdout);
  for (const auto& line : estimate.lines) std::printf("%s\n", line.c_str());
  std::printf("%zu points, about %.1f s on %u processes\n", points.size(), estimate.seconds,
              processes(options));
  return kDone;
}

size_t perform_locally(const SweepOptions& options, const std::vector<Request>& points, const SweepRows& rows,
                       SweepFolder& folder, Progress& progress) {
  PointWork work;
  work.jobs = processes(options);
  work.summarize = [&](const LoggedResult& result) { return rows.csv_line(result); };
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
    folder.append({result.hash, line_of(result), rows.csv_line(result), result.error.has_value()});
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
  command
      .add_option("file", options->file, "YAML: {network, config, set, precision, quant, mode, data, points}")
      ->required()
      ->type_name("SWEEP.yaml");
  command.add_option("--out", options->out, "folder of results.csv, results.jsonl and sweep.html")
      ->type_name("DIR");
  command.add_flag("--resume", options->resume, "go on: keep the results that are there, do what is missing");
  command.add_flag("--dry-run", options->dry_run, "print the points, and how long they would take");
  command.add_option("--engine", options->engine, "processes here, or tasks of a Slurm job array")
      ->check(CLI::IsMember({"local", "slurm"}))
      ->type_name("local|slurm");
  command
      .add_option("--jobs,--threads", options->jobs,
                  "processes or tasks at once; as many as there are cores, or as Slurm likes, without it")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  command
      .add_option("--chunk", options->chunk,
                  "points of a Slurm task; so many that there are 64 tasks without it")
      ->type_name("N");
  command
      .add_option("--sbatch", options->sbatch, "an option for sbatch, as --sbatch=--partition=x; repeatable")
      ->type_name("OPTION")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  command.add_option("--format", options->format, "of standard output")
      ->check(CLI::IsMember(format_words()))
      ->type_name("table|json|csv|markdown");
  command.add_flag("--quiet", options->quiet, "no progress on standard error");
  command.callback([&action, options] { action = [options] { return sweep(*options); }; });
}

}  // namespace mmasim::sim
