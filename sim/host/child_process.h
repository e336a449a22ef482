// Jobs in forked children: each child is handed one JSON value and gives one back. The SystemC kernel
// elaborates once in a process, so a command that times several programs gives each a process of its own.
// What a job means is the caller's matter.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

namespace mmasim::sim {

// Called in the child, with the job it was handed.
using ChildWork = std::function<nlohmann::ordered_json(const nlohmann::ordered_json& job)>;

// Called here as each job ends well, in no order.
using ResultVisitor = std::function<void(size_t index, const nlohmann::ordered_json& result)>;

// Runs all jobs, at most `parallel` at once; results in the order of the jobs. What the first job in order
// that failed threw is thrown here at the end: runtime::UserError, isa::OverflowTrap and std::bad_alloc as
// such, everything else as std::logic_error. Must be called while this process has no other threads.
std::vector<nlohmann::ordered_json> run_in_children(const std::vector<nlohmann::ordered_json>& jobs,
                                                    const ChildWork& work, unsigned parallel,
                                                    const ResultVisitor& visitor = {});

}  // namespace mmasim::sim
