#include "sim/sweep/local_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "sim/experiment/perform.h"
#include "sim/host/child_process.h"
#include "sim/host/stopwatch.h"

namespace mmasim::sim {
namespace {

// "[#####---------------] 50/200, 1 failed, 0:42 left"
class Bar {
 public:
  Bar(Progress& progress, size_t points) : progress_(progress), points_(points) {}

  void add(bool failed) {
    ++done_;
    failed_ += failed ? 1 : 0;
    if (!progress_.is_shown()) return;
    constexpr size_t kWidth = 30;
    const size_t filled = kWidth * done_ / points_;
    const double left_s =
        stopwatch_.seconds() / static_cast<double>(done_) * static_cast<double>(points_ - done_);
    const auto seconds = static_cast<uint64_t>(left_s + 0.5);
    progress_.say(fmt::format("[{:-<{}}] {}/{}{}, {}:{:02} left", std::string(filled, '#'), kWidth, done_,
                              points_, failed_ > 0 ? fmt::format(", {} failed", failed_) : "", seconds / 60,
                              seconds % 60));
  }

 private:
  Progress& progress_;
  const size_t points_;
  const Stopwatch stopwatch_;
  size_t done_ = 0, failed_ = 0;
};

std::string message_of(const JobEnd& end) {
  switch (end.kind) {
    case JobEnd::Kind::overflow:
      return "an accumulator overflowed: " + end.message;
    case JobEnd::Kind::no_memory:
      return "not enough memory";
    case JobEnd::Kind::defect:
      return "defect: " + end.message;
    default:
      return end.message;
  }
}

ordered_json row_of(const PointWork& work, const LoggedResult& result) {
  return work.row ? work.row(result) : ordered_json();
}

PointResult failed_result(const PointWork& work, const Request& request, const JobEnd& end) {
  const auto result = logged(request, message_of(end));
  return {result.hash, line_of(result), row_of(work, result), true};
}

// Points that share groundwork: without values all do; with values, a network at a time bounds the memory.
std::vector<std::vector<Request>> groups_of(const std::vector<Request>& requests) {
  std::vector<std::vector<Request>> groups;
  for (const auto& request : requests) {
    const auto* last = groups.empty() ? nullptr : &groups.back().back();
    const bool joins = last != nullptr &&
                       ((!last->with_values() && !request.with_values()) || last->network == request.network);
    if (!joins) groups.emplace_back();
    groups.back().push_back(request);
  }
  return groups;
}

size_t perform_group(const std::vector<Request>& requests, const PointWork& work, Progress& progress,
                     Bar& bar) {
  Groundwork groundwork;
  groundwork.prepare(requests, progress, OnFault::leaves);
  std::vector<ordered_json> jobs;
  for (size_t i = 0; i < requests.size(); ++i) jobs.emplace_back(i);
  const ChildWork child = [&](const ordered_json& job) {
    Progress silent(Loudness::silent);
    const auto& request = requests[job.get<size_t>()];
    const auto result = logged(request, perform(request, silent, groundwork));
    return ordered_json{{"hash", result.hash}, {"line", line_of(result)}, {"row", row_of(work, result)}};
  };
  size_t lost = 0;
  run_each_in_children(jobs, child, work.jobs, [&](size_t index, JobEnd end) {
    if (end.kind == JobEnd::Kind::lost) {
      ++lost;
      progress.note("point " + hash_of(requests[index]).substr(0, 8) + " has no result: " + end.message);
    } else if (end.kind == JobEnd::Kind::result) {
      work.done({end.result["hash"], end.result["line"], end.result["row"], false});
    } else {
      work.done(failed_result(work, requests[index], end));
    }
    bar.add(end.kind != JobEnd::Kind::result);
  });
  return lost;
}

}  // namespace

size_t perform_points(const std::vector<Request>& requests, const PointWork& work, Progress& progress) {
  Bar bar(progress, requests.size());
  size_t lost = 0;
  for (const auto& group : groups_of(requests)) lost += perform_group(group, work, progress, bar);
  return lost;
}

Estimate estimate_points(const std::vector<Request>& requests, unsigned jobs, Progress& progress) {
  std::vector<std::pair<Request, size_t>> networks;  // its first point, and how many it has
  for (const auto& request : requests) {
    const auto known = std::find_if(networks.begin(), networks.end(),
                                    [&](const auto& each) { return each.first.network == request.network; });
    if (known != networks.end()) {
      ++known->second;
    } else {
      networks.emplace_back(request, 1);
    }
  }
  Estimate estimate;
  for (const auto& [request, points] : networks) {
    Groundwork groundwork;
    groundwork.prepare({request}, progress, OnFault::leaves);
    const ChildWork child = [&, &asked = request](const ordered_json&) {
      Progress silent(Loudness::silent);
      perform(asked, silent, groundwork);
      return ordered_json();
    };
    const Stopwatch stopwatch;
    std::string failure;
    run_each_in_children({nullptr}, child, 1, [&](size_t, JobEnd end) { failure = message_of(end); });
    const double seconds = stopwatch.seconds();
    estimate.seconds += seconds * static_cast<double>(points) / std::max(jobs, 1u);
    estimate.lines.push_back(fmt::format("{}: {} points of {:.2f} s{}", request.network, points, seconds,
                                         failure.empty() ? "" : ", where the first failed: " + failure));
  }
  return estimate;
}

}  // namespace mmasim::sim
