// Jobs in processes of their own: results in order, failures told as what they are.
#include "sim/host/child_process.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

#include "runtime/user_error.h"

using namespace mmasim;
using nlohmann::ordered_json;

namespace {

sim::ChildJob after_ms(int milliseconds, int result) {
  return [=] {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return ordered_json(result);
  };
}

}  // namespace

TEST_CASE("children: results come in the order of the jobs, whichever ends first") {
  const std::vector<sim::ChildJob> jobs{after_ms(80, 1), after_ms(0, 2), after_ms(40, 3)};
  for (const unsigned parallel : {1u, 2u, 8u}) {
    CHECK(sim::run_in_children(jobs, parallel) == std::vector<ordered_json>{1, 2, 3});
  }
}

TEST_CASE("children: each job has a process of its own") {
  const auto pid = [] { return ordered_json(getpid()); };
  const auto pids = sim::run_in_children({pid, pid}, 2);
  CHECK(pids[0] != pids[1]);
  CHECK(pids[0] != getpid());
}

TEST_CASE("children: a result larger than a pipe comes whole") {
  const auto results = sim::run_in_children({[] { return ordered_json(std::string(1000000, 'x')); }}, 1);
  CHECK(results[0].get<std::string>() == std::string(1000000, 'x'));
}

TEST_CASE("children: a mistake of the user's stays one, and the first in order is told") {
  const auto mistake = [](const char* text) {
    return sim::ChildJob([=]() -> ordered_json { throw runtime::UserError(text); });
  };
  CHECK_THROWS_WITH_AS(sim::run_in_children({after_ms(0, 1), mistake("b"), mistake("c")}, 3), "b",
                       runtime::UserError);
}

TEST_CASE("children: any other exception, and a process that dies, are defects") {
  const sim::ChildJob throws = []() -> ordered_json { throw std::runtime_error("what went wrong"); };
  CHECK_THROWS_WITH_AS(sim::run_in_children({throws}, 1), "what went wrong", std::logic_error);
  const sim::ChildJob dies = []() -> ordered_json {
    raise(SIGKILL);
    return {};
  };
  CHECK_THROWS_WITH_AS(sim::run_in_children({dies}, 1),
                       "a simulation process ended by signal 9 without a result", std::logic_error);
}
