// Performs the points of a sweep as a Slurm job array: each task takes a chunk of them with `mmasim perform`
// and has a log of its own, as many machines may share the folder; the logs are merged here. Schedules
// nothing itself.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/request.h"
#include "sim/experiment/result_log.h"
#include "sim/host/progress.h"

namespace mmasim::sim {

struct SlurmWork {
  std::string folder;                // of the sweep; every machine sees it under this name
  size_t chunk = 0;                  // points of a task; 0: so many that there are 64 tasks at most
  std::optional<unsigned> jobs;      // tasks at once; none: as many as Slurm likes
  std::vector<std::string> options;  // for sbatch, as --partition=x
  std::function<void(const LoggedResult&)> done;  // called as results are merged
};

// Merges what tasks of an earlier sweep in the folder have left.
void merge_slurm_logs(const SlurmWork& work);

// Removes them: a sweep that begins anew.
void forget_slurm_logs(const SlurmWork& work);

// Submits and waits; merges. Throws runtime::UserError if sbatch is not there or refuses.
void perform_in_slurm(const std::vector<Request>& requests, const SlurmWork& work, Progress& progress);

}  // namespace mmasim::sim
