#include "sim/sweep/slurm_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "runtime/user_error.h"
#include "sim/host/file_set.h"
#include "sim/host/program_process.h"

namespace mmasim::sim {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostTasks = 1000;  // Slurm's MaxArraySize is 1001 unless changed
constexpr size_t kTasks = 64;

size_t chunk_of(const SlurmWork& work, size_t points) {
  const size_t asked = work.chunk > 0 ? work.chunk : (points + kTasks - 1) / kTasks;
  return std::max(asked, (points + kMostTasks - 1) / kMostTasks);
}

std::string quoted(const std::string& text) {  // for a shell
  std::string all = "'";
  for (const char c : text) all += c == '\'' ? "'\\''" : std::string(1, c);
  return all + "'";
}

// A folder for each submission: tasks of one that was given up may still run.
fs::path new_submission(const fs::path& slurm) {
  for (int number = 1;; ++number) {
    const auto folder = slurm / std::to_string(number);
    if (!fs::exists(folder)) return folder;
  }
}

void write_requests(const fs::path& file, const std::vector<Request>& requests) {
  std::string text;
  for (const auto& request : requests) text += json_line(to_json(request_keys(), request)) + "\n";
  write_file(file, text);
}

std::string script_of(const fs::path& folder, size_t chunk) {
  return fmt::format(
      "#!/bin/sh\n# One task of a sweep: {0} of its points, logged beside this file.\n"
      "exec {1} perform {2} --first $((SLURM_ARRAY_TASK_ID * {0})) --count {0} --quiet \\\n"
      "  --log {3}\"$SLURM_ARRAY_TASK_ID\".jsonl\n",
      chunk, quoted(fs::read_symlink("/proc/self/exe").string()),
      quoted((folder / "requests.jsonl").string()), quoted((folder / "part-").string()));
}

bool is_part(const fs::path& file) {
  return file.extension() == ".jsonl" && file.filename().string().rfind("part-", 0) == 0;
}

std::vector<fs::path> parts_in(const fs::path& folder) {
  std::vector<fs::path> parts;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none)) {
    if (is_part(entry.path())) parts.push_back(entry.path());
  }
  std::sort(parts.begin(), parts.end());
  return parts;
}

size_t lines_in(const std::vector<fs::path>& parts) {
  size_t lines = 0;
  for (const auto& part : parts) {
    std::ifstream in(part);
    lines += static_cast<size_t>(
        std::count(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>(), '\n'));
  }
  return lines;
}

std::string last_line(const fs::path& file) {
  std::ifstream in(file);
  std::string last;
  for (std::string line; std::getline(in, line);) last = line.empty() ? last : line;
  return last;
}

}  // namespace

void merge_slurm_logs(const SlurmWork& work) {
  for (const auto& part : parts_in(fs::path(work.folder) / "slurm")) read_results(part.string(), work.done);
}

void forget_slurm_logs(const SlurmWork& work) {
  std::error_code none;
  fs::remove_all(fs::path(work.folder) / "slurm", none);
}

void perform_in_slurm(const std::vector<Request>& requests, const SlurmWork& work, Progress& progress) {
  if (requests.empty()) return;
  const auto folder = new_submission(fs::absolute(work.folder) / "slurm");
  fs::create_directories(folder);
  const auto chunk = chunk_of(work, requests.size());
  const auto tasks = (requests.size() + chunk - 1) / chunk;
  write_requests(folder / "requests.jsonl", requests);
  write_file(folder / "task.sh", script_of(folder, chunk));
  std::vector<std::string> command{
      "sbatch", "--wait", "--job-name=mmasim-sweep",
      fmt::format("--array=0-{}{}", tasks - 1, work.jobs ? fmt::format("%{}", *work.jobs) : ""),
      "--output=" + (folder / "task-%a.txt").string()};
  command.insert(command.end(), work.options.begin(), work.options.end());
  command.push_back((folder / "task.sh").string());
  const auto said = folder / "sbatch.txt";
  run_program(command, said.string(), [&] {
    if (!progress.is_shown()) return;
    progress.say(fmt::format("Slurm: {} of {} points in {} tasks", lines_in(parts_in(folder)),
                             requests.size(), tasks));
  });
  if (last_line(said).find("Submitted batch job") == std::string::npos && parts_in(folder).empty()) {
    throw runtime::UserError("sbatch: " + last_line(said));
  }
  merge_slurm_logs(work);
}

}  // namespace mmasim::sim
