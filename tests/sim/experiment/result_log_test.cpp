// The log of results: kept by hash, whole after a process that died while it wrote.
#include "sim/experiment/result_log.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "runtime/user_error.h"
#include "tests/runtime/io/temporary_folder.h"

using namespace mmasim;
using namespace mmasim::sim;
using runtime::test::TemporaryFolder;

namespace {

Request request_of(uint64_t seed) {
  Request request;
  request.network = "a.onnx";
  request.data.seed = seed;
  return request;
}

Outcome outcome_of(uint64_t cycles) {
  Outcome outcome;
  outcome.report.network.name = "a";
  outcome.report.totals.cycles = cycles;
  outcome.report.totals.time_ms = 0.1;  // no binary fraction: comes back exactly all the same
  return outcome;
}

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<uint64_t> seeds_of(const std::vector<Request>& requests) {
  std::vector<uint64_t> seeds;
  for (const auto& request : requests) seeds.push_back(request.data.seed.value_or(0));
  return seeds;
}

std::string complaint(const std::string& path) {
  try {
    const ResultLog log(path);
  } catch (const runtime::UserError& error) {
    return error.what();
  }
  return "";
}

// A log of the requests with seeds 1 and 2.
std::string two_results(const TemporaryFolder& folder) {
  ResultLog log(folder.file("log"));
  log.append(logged(request_of(1), outcome_of(100)));
  log.append(logged(request_of(2), outcome_of(200)));
  return text_of(folder.file("log"));
}

}  // namespace

TEST_CASE("result log: what was appended is there when it is read again") {
  const TemporaryFolder folder("log");
  two_results(folder);
  std::vector<LoggedResult> results;
  const ResultLog log(folder.file("log"), [&](const LoggedResult& result) { results.push_back(result); });
  REQUIRE(results.size() == 2);
  CHECK(log.size() == 2);
  CHECK(results[0].hash == hash_of(request_of(1)));
  CHECK(results[1].request.data.seed == 2);
  REQUIRE(results[1].outcome);
  CHECK(results[1].outcome->report.totals.cycles == 200u);
  CHECK(results[1].outcome->report.totals.time_ms == 0.1);
  CHECK(!results[1].error);
  CHECK(log.has(hash_of(request_of(2))));
  CHECK(!log.has(hash_of(request_of(3))));
}

TEST_CASE("result log: a request that failed is kept with its message") {
  const TemporaryFolder folder("log-failed");
  {
    ResultLog log(folder.file("log"));
    log.append(logged(request_of(1), "no such network"));
    CHECK(log.missing({request_of(1)}).empty());
  }
  std::vector<LoggedResult> results;
  read_results(folder.file("log"), [&](const LoggedResult& result) { results.push_back(result); });
  REQUIRE(results.size() == 1);
  CHECK(!results[0].outcome);
  CHECK(results[0].error == "no such network");
}

TEST_CASE("result log: equal runs have equal lines, however long they took") {
  auto slow = outcome_of(100);
  slow.report.host.wall_s = 10;
  slow.report.host.peak_rss_mb = 99;
  CHECK(line_of(logged(request_of(1), slow)) == line_of(logged(request_of(1), outcome_of(100))));
}

TEST_CASE("result log: a fresh log forgets what was there, which goes as the first result comes") {
  const TemporaryFolder folder("log-fresh");
  const auto whole = two_results(folder);
  ResultLog log(folder.file("log"), {}, LogStart::fresh);
  CHECK(log.size() == 0);
  CHECK(log.holds_earlier());
  CHECK(text_of(folder.file("log")) == whole);
  log.append(logged(request_of(3), outcome_of(300)));
  CHECK_FALSE(log.holds_earlier());
  CHECK(text_of(folder.file("log")) == line_of(logged(request_of(3), outcome_of(300))) + "\n");
}

TEST_CASE("result log: what is missing is the difference of the sets, each request once") {
  const TemporaryFolder folder("log-missing");
  two_results(folder);
  const ResultLog log(folder.file("log"));
  CHECK(seeds_of(log.missing({request_of(3), request_of(2), request_of(4), request_of(3), request_of(1)})) ==
        std::vector<uint64_t>{3, 4});
}

TEST_CASE("result log: a torn last line is dropped wherever it was torn, and the next line is whole") {
  const TemporaryFolder folder("log-torn");
  const auto whole = two_results(folder);
  const size_t first = whole.find('\n') + 1;
  for (const size_t kept : {first, first + 1, first + 40, whole.size() - 2, whole.size() - 1}) {
    CAPTURE(kept);
    folder.write("log", whole.substr(0, kept));
    {
      ResultLog log(folder.file("log"));
      CHECK(log.size() == 1);
      log.append(logged(request_of(2), outcome_of(200)));
    }
    CHECK(text_of(folder.file("log")) == whole);
  }
}

TEST_CASE("result log: a writer that is killed leaves what it had finished") {
  const TemporaryFolder folder("log-killed");
  const pid_t child = fork();
  if (child == 0) {
    ResultLog log(folder.file("log"));
    log.append(logged(request_of(1), outcome_of(100)));
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  const ResultLog log(folder.file("log"));
  CHECK(seeds_of(log.missing({request_of(1), request_of(2)})) == std::vector<uint64_t>{2});
}

TEST_CASE("result log: a damaged line that is not the last is told with its number") {
  const TemporaryFolder folder("log-damaged");
  const auto whole = two_results(folder);
  const auto path = folder.file("log");
  folder.write("log", "{\"hash\":\n" + whole);
  CHECK(complaint(path) == path + ":1: the line is damaged");
  folder.write("log", whole + "{\"hsh\":1}\n" + whole);
  CHECK(complaint(path) == path + ":3: unknown key 'hsh'; did you mean 'hash'?");
}

TEST_CASE("result log: one process at a time, and no request twice") {
  const TemporaryFolder folder("log-once");
  ResultLog log(folder.file("log"));
  CHECK(complaint(folder.file("log")).find(folder.file("log") + ": another process has it open") == 0);
  log.append(logged(request_of(1), outcome_of(100)));
  CHECK_THROWS_AS(log.append(logged(request_of(1), outcome_of(100))), std::logic_error);
  CHECK(complaint(folder.file("no/log")).find("cannot be opened") != std::string::npos);
}
