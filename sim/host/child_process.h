// Jobs in forked children: a child is handed one JSON value after another and gives one back for each. A
// process has one SystemC kernel, so a command that times several programs at once does it in several
// processes. What a job means is the caller's matter.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mmasim::sim {

// Called in a child, with each job that it is handed.
using ChildWork = std::function<nlohmann::ordered_json(const nlohmann::ordered_json& job)>;

// How a job ended: `lost` if its process ended without a result; the jobs after it have another process.
struct JobEnd {
  enum class Kind : uint8_t { result, user_error, overflow, no_memory, defect, lost } kind = Kind::lost;
  nlohmann::ordered_json result;  // null unless there is one
  std::string message;            // of what it threw

  // Throws what the job threw, of the same type; a lost one as std::logic_error. Nothing of a result.
  void rethrow() const;
};

// Called here as each job ends, in no order; the next job has been handed out before.
using EndVisitor = std::function<void(size_t index, JobEnd end)>;

// Runs all jobs in at most `parallel` children; a job that fails stops no other. Must be called while this
// process has no other threads. What the visitor throws ends the children and is thrown here.
void run_each_in_children(const std::vector<nlohmann::ordered_json>& jobs, const ChildWork& work,
                          unsigned parallel, const EndVisitor& visitor);

// Called here as each job ends well, in no order.
using ResultVisitor = std::function<void(size_t index, const nlohmann::ordered_json& result)>;

// As above; results in the order of the jobs. What the first job in order that failed threw is thrown here at
// the end: runtime::UserError, isa::OverflowTrap and std::bad_alloc as such, everything else as
// std::logic_error.
std::vector<nlohmann::ordered_json> run_in_children(const std::vector<nlohmann::ordered_json>& jobs,
                                                    const ChildWork& work, unsigned parallel,
                                                    const ResultVisitor& visitor = {});

}  // namespace mmasim::sim
