// Jobs in processes of their own: results in order, failures told as what they are.
#include "sim/host/child_process.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <new>
#include <set>
#include <stdexcept>
#include <thread>

#include "isa/semantics/output_stage.h"
#include "runtime/user_error.h"

using namespace mmasim;
using nlohmann::ordered_json;

namespace {

const sim::ChildWork kEcho = [](const ordered_json& job) { return job; };

// {"ms": how long it takes, "result": what it gives}
const sim::ChildWork kAfterMs = [](const ordered_json& job) {
  std::this_thread::sleep_for(std::chrono::milliseconds(job["ms"].get<int>()));
  return job["result"];
};

}  // namespace

TEST_CASE("children: results come in the order of the jobs, whichever ends first") {
  const std::vector<ordered_json> jobs{
      {{"ms", 80}, {"result", 1}}, {{"ms", 0}, {"result", 2}}, {{"ms", 40}, {"result", 3}}};
  for (const unsigned parallel : {1u, 2u, 8u}) {
    CHECK(sim::run_in_children(jobs, kAfterMs, parallel) == std::vector<ordered_json>{1, 2, 3});
  }
}

TEST_CASE("children: each result is shown once, as soon as it is there") {
  const std::vector<ordered_json> jobs{{{"ms", 300}, {"result", "slow"}}, {{"ms", 0}, {"result", "fast"}}};
  std::string shown;
  sim::run_in_children(jobs, kAfterMs, 2, [&](size_t index, const ordered_json& result) {
    shown += std::to_string(index) + result.get<std::string>() + " ";
  });
  CHECK(shown == "1fast 0slow ");
}

TEST_CASE("children: a child takes job after job, and there are no more than may work at once") {
  const sim::ChildWork pid = [](const ordered_json&) { return ordered_json(getpid()); };
  const auto one = sim::run_in_children(std::vector<ordered_json>(20), pid, 1);
  CHECK(std::set<ordered_json>(one.begin(), one.end()).size() == 1);
  CHECK(one[0] != getpid());
  const auto three = sim::run_in_children(std::vector<ordered_json>(20), pid, 3);
  CHECK(std::set<ordered_json>(three.begin(), three.end()).size() <= 3);
}

TEST_CASE("children: jobs that run at once have processes of their own") {
  const sim::ChildWork pid = [](const ordered_json&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return ordered_json(getpid());
  };
  const auto pids = sim::run_in_children({nullptr, nullptr}, pid, 2);
  CHECK(pids[0] != pids[1]);
}

TEST_CASE("children: a process that dies takes its own job with it, no other") {
  const sim::ChildWork dies_at_3 = [](const ordered_json& job) {
    if (job == 3) raise(SIGKILL);
    return job;
  };
  std::string told;
  sim::run_each_in_children({1, 2, 3, 4, 5}, dies_at_3, 1, [&](size_t, sim::JobEnd end) {
    told += end.kind == sim::JobEnd::Kind::result ? end.result.dump() : end.message;
    told += "; ";
  });
  CHECK(told == "1; 2; a simulation process ended by signal 9 without a result; 4; 5; ");
}

TEST_CASE("children: jobs and results larger than a pipe come whole") {
  const ordered_json large(std::string(1000000, 'x'));
  CHECK(sim::run_in_children({large}, kEcho, 1) == std::vector<ordered_json>{large});
}

TEST_CASE("children: numbers come back exactly, and texts whatever their bytes") {
  const ordered_json job{
      {"tenth", 0.1}, {"third", 1.0 / 3}, {"most", UINT64_MAX}, {"least", INT64_MIN}, {"path", "a\xff\xfe"}};
  const auto result = sim::run_in_children({job}, kEcho, 1).front();
  CHECK(result == job);
  CHECK(result["path"].get<std::string>() == "a\xff\xfe");
}

TEST_CASE("children: a mistake of the user's stays one, and the first in order is told") {
  const sim::ChildWork mistake = [](const ordered_json& job) -> ordered_json {
    if (job == "a") return job;
    throw runtime::UserError(job.get<std::string>());
  };
  CHECK_THROWS_WITH_AS(sim::run_in_children({"a", "b", "c"}, mistake, 3), "b", runtime::UserError);
}

TEST_CASE("children: an overflow that traps and memory that is not there stay what they are") {
  const sim::ChildWork traps = [](const ordered_json&) -> ordered_json { throw isa::OverflowTrap("sum"); };
  CHECK_THROWS_WITH_AS(sim::run_in_children({nullptr}, traps, 1), "sum", isa::OverflowTrap);
  const sim::ChildWork starves = [](const ordered_json&) -> ordered_json { throw std::bad_alloc(); };
  CHECK_THROWS_AS(sim::run_in_children({nullptr}, starves, 1), std::bad_alloc);
}

TEST_CASE("children: any other exception, and a process that dies, are defects") {
  const sim::ChildWork throws = [](const ordered_json&) -> ordered_json {
    throw std::runtime_error("what went wrong");
  };
  CHECK_THROWS_WITH_AS(sim::run_in_children({nullptr}, throws, 1), "what went wrong", std::logic_error);
  const sim::ChildWork dies = [](const ordered_json&) -> ordered_json {
    raise(SIGKILL);
    return {};
  };
  CHECK_THROWS_WITH_AS(sim::run_in_children({nullptr}, dies, 1),
                       "a simulation process ended by signal 9 without a result", std::logic_error);
}
