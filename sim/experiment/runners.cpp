#include "sim/experiment/runners.h"

#include <stdexcept>

#include "runtime/user_error.h"
#include "sim/host/child_process.h"

namespace mmasim::sim {
namespace {

// No user wrote it: what is wrong with it is a defect.
Outcome outcome_of(const ordered_json& result) {
  try {
    return from_json(outcome_keys(), result, "outcome");
  } catch (const runtime::UserError& error) {
    throw std::logic_error(error.what());
  }
}

}  // namespace

std::vector<Outcome> perform_in_children(const std::vector<Request>& requests, unsigned parallel,
                                         Progress& progress, const OutcomeVisitor& visitor) {
  for (const auto& request : requests) check_request(request);
  Groundwork groundwork;
  groundwork.prepare(requests, progress);
  progress.say("simulate " + std::to_string(requests.size()) + " runs");
  std::vector<ordered_json> jobs;
  for (const auto& request : requests) jobs.push_back(to_json(request_keys(), request));
  const ChildWork work = [&](const ordered_json& job) {
    Progress own(progress.is_shown() && parallel == 1 ? Loudness::unnoted : Loudness::silent);
    const auto request = from_json(request_keys(), job, "request");
    return to_json(outcome_keys(), perform(request, own, groundwork));
  };
  std::vector<Outcome> outcomes(requests.size());
  run_in_children(jobs, work, parallel, [&](size_t index, const ordered_json& result) {
    outcomes[index] = outcome_of(result);
    if (visitor) visitor(index, outcomes[index]);
  });
  return outcomes;
}

}  // namespace mmasim::sim
