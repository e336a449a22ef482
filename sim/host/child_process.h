// Jobs in forked children, each giving back one JSON value: the SystemC kernel elaborates once in a process,
// so a command that times several programs gives each a process of its own.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

namespace mmasim::sim {

using ChildJob = std::function<nlohmann::ordered_json()>;

// Runs all jobs, at most `parallel` at once; results in the order of the jobs. What a job throws is thrown
// here: a runtime::UserError as such (of the first job in order that threw), everything else as
// std::logic_error. Must be called while this process has no other threads.
std::vector<nlohmann::ordered_json> run_in_children(const std::vector<ChildJob>& jobs, unsigned parallel);

}  // namespace mmasim::sim
