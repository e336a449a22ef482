// Performs the points of a sweep in child processes of this one, each of which takes point after point and
// inherits what points share: networks imported, configurations read. Does not know where results go.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/experiment/request.h"
#include "sim/experiment/result_log.h"
#include "sim/host/progress.h"

namespace mmasim::sim {

struct PointResult {
  std::string hash;
  std::string line;  // as results.jsonl has it
  ordered_json row;  // what `row` made of it
  bool failed = false;
};

struct PointWork {
  unsigned jobs = 1;  // processes at once
  // Made in the child. Of a point that failed: here.
  std::function<ordered_json(const LoggedResult&)> row;
  std::function<void(const PointResult&)> done;  // called here, as points end
};

// Points whose process was killed have no result: they are told on standard error, and their number is given.
// Must be called while this process has no other threads.
size_t perform_points(const std::vector<Request>& requests, const PointWork& work, Progress& progress);

// How long the points would take: one of each network is performed and measured.
struct Estimate {
  double seconds = 0;              // of all points, on `jobs` processes
  std::vector<std::string> lines;  // what was measured, a line per network
};
Estimate estimate_points(const std::vector<Request>& requests, unsigned jobs, Progress& progress);

}  // namespace mmasim::sim
