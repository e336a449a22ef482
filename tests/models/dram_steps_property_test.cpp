// What a controller decides does not depend on how its caller lets time pass.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "models/memory/dram_config.h"
#include "models/memory/dram_controller.h"
#include "tests/kit/property.h"

using namespace mmasim::models;
using namespace mmasim::tests;

namespace {

struct Request {
  uint64_t address, bytes;
  bool is_write;
  uint64_t now;
};
using Done = std::vector<std::pair<uint64_t, uint64_t>>;  // cycle, ticket
constexpr uint64_t kEnd = 130000;                         // all is done by then

// Few banks, rows and columns, so that requests meet each other.
std::vector<Request> any_requests() {
  std::vector<Request> requests;
  uint64_t now = draw_in_range<uint64_t>(0, 9000);
  const auto count = draw_in_range<size_t>(1, 60);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bank = draw_in_range<uint64_t>(0, 3), row = draw_in_range<uint64_t>(0, 3);
    const uint64_t burst = draw_in_range<uint64_t>(0, 6);
    requests.push_back({row * 32768 + bank * 4096 + burst * 64, draw_element<uint64_t>(0, 1, 64, 300, 700),
                        draw_in_range(0, 3) == 0, now});
    now += draw_element<uint64_t>(0, 0, 0, 1, 7, 100, 400);
  }
  return requests;
}

// Streams over whole rows, which the controller takes in streaks, with others between.
std::vector<Request> any_streams() {
  std::vector<Request> requests;
  uint64_t now = draw_in_range<uint64_t>(0, 9000);
  const auto count = draw_in_range<size_t>(1, 40);
  std::array<uint64_t, 3> at{0, 1 << 20, (1 << 24) + 8192};
  for (size_t i = 0; i < count; ++i) {
    const auto stream = draw_element<size_t>(0, 0, 0, 1, 2);
    const uint64_t bytes = draw_element<uint64_t>(2048, 2048, 2048, 4096, 200, 7000);
    requests.push_back({at[stream], bytes, stream == 2, now});
    at[stream] += bytes;
    now += draw_element<uint64_t>(0, 0, 0, 0, 1, 7, 100, 400);
  }
  return requests;
}

DramConfig any_config() {
  DramConfig config;
  config.ranks = draw_element(1u, 2u);
  config.channels = draw_element(1u, 2u);
  config.address_mapping =
      draw_element<std::string>("column bank rank channel row", "column:2 channel column rank bank row");
  config.page_policy = draw_element<std::string>("open", "closed");
  config.transaction_queue_depth = draw_element(1u, 4u, 32u);
  config.bank_queue_depth = draw_element(1u, 8u);
  config.write_drain_threshold = draw_element(0u, 8u);
  return config;
}

Done sorted(const std::vector<DramController::Completion>& completions) {
  Done done;
  for (const auto& completion : completions) done.emplace_back(completion.cycle, completion.ticket);
  PROPERTY_ASSERT(std::is_sorted(done.begin(), done.end()));  // in order of time, then of submission
  return done;
}

Done at_once(const DramConfig& config, const std::vector<Request>& requests, DramController::Stats& stats) {
  DramController controller(config);
  std::vector<DramController::Completion> completions;
  for (const Request& r : requests) controller.submit(r.address, r.bytes, r.is_write, r.now);
  controller.advance(kEnd, completions);
  stats = controller.stats();
  return sorted(completions);
}

// Advances up to, not including, `until`: as next_event() says, or in steps of any size.
void pass(DramController& controller, uint64_t& now, uint64_t until, uint64_t step,
          std::vector<DramController::Completion>& completions) {
  while (now + 1 < until) {
    uint64_t next = step == 0 ? controller.next_event() : now + step;
    if (step == 0) PROPERTY_ASSERT(next > now || now == 0);
    next = std::min(next, until - 1);
    const size_t before = completions.size();
    controller.advance(next, completions);
    if (step == 0) {
      for (size_t i = before; i < completions.size(); ++i)
        PROPERTY_ASSERT(completions[i].cycle == next);  // none came unforeseen
    }
    now = next;
  }
}

Done in_steps(const DramConfig& config, const std::vector<Request>& requests, uint64_t step,
              DramController::Stats& stats) {
  DramController controller(config);
  std::vector<DramController::Completion> completions;
  uint64_t now = 0;
  for (const Request& r : requests) {
    if (step != 1) controller.next_event();  // looking ahead commits to nothing
    pass(controller, now, r.now, step, completions);
    controller.submit(r.address, r.bytes, r.is_write, r.now);
  }
  pass(controller, now, kEnd + 1, step, completions);
  stats = controller.stats();
  return sorted(completions);
}

bool same(const DramController::Stats& a, const DramController::Stats& b) {
  return a.reads_done == b.reads_done && a.writes_done == b.writes_done && a.activates == b.activates &&
         a.precharges == b.precharges && a.refreshes == b.refreshes && a.read_row_hits == b.read_row_hits &&
         a.read_latency_cycles == b.read_latency_cycles && a.busy_cycles == b.busy_cycles;
}

// The last ticket of the request that a burst is part of.
DramController::Ticket last_part_of(const std::map<DramController::Ticket, DramController::Ticket>& last_part,
                                    DramController::Ticket part) {
  for (const auto& [request, last] : last_part)
    if (part <= last) return last;
  return UINT64_MAX;
}

}  // namespace

TEST_CASE("dram controller: completions are the same whatever the steps in which time passes") {
  CHECK(holds("steps", [] {
    const DramConfig config = any_config();
    const std::vector<Request> requests = any_requests();
    DramController::Stats expected_stats, stats;
    const Done expected = at_once(config, requests, expected_stats);
    PROPERTY_ASSERT(expected.size() == requests.size());
    for (const uint64_t step : {0, 1, 13, 1000}) {  // 0: from event to event
      PROPERTY_ASSERT(in_steps(config, requests, step, stats) == expected);
      PROPERTY_ASSERT(same(stats, expected_stats));
    }
  }));
}

// Cycle by cycle no streak comes far: what is decided in streaks is what is decided step by step.
TEST_CASE("dram controller: streaks of reads decide what single steps decide") {
  CHECK(holds("streaks", [] {
    DramConfig config = any_config();
    config.page_policy = "open";  // a closed page takes no streaks, and longer than kEnd
    const std::vector<Request> requests = any_streams();
    DramController::Stats expected_stats, stats;
    const Done expected = in_steps(config, requests, 1, expected_stats);
    PROPERTY_ASSERT(expected.size() == requests.size());
    for (const uint64_t step : {0, 1000}) {
      PROPERTY_ASSERT(in_steps(config, requests, step, stats) == expected);
      PROPERTY_ASSERT(same(stats, expected_stats));
    }
    PROPERTY_ASSERT(at_once(config, requests, stats) == expected);
    PROPERTY_ASSERT(same(stats, expected_stats));
  }));
}

TEST_CASE("dram controller: a request is as good as its bursts one by one") {
  CHECK(holds("bursts", [] {
    const DramConfig config = any_config();
    DramController whole(config), parts(config);
    std::vector<DramController::Completion> of_whole, of_parts;
    std::map<DramController::Ticket, DramController::Ticket> last_part;  // of each request
    uint64_t reads = 0, writes = 0;                                      // bursts
    for (const Request& r : any_requests()) {
      const uint64_t bursts = 1 + r.bytes / 64;
      const auto ticket = whole.submit(r.address, 64 * bursts, r.is_write, r.now);
      for (uint64_t i = 0; i < bursts; ++i)
        last_part[ticket] = parts.submit(r.address + i * 64, 64, r.is_write, r.now);
      (r.is_write ? writes : reads) += bursts;
    }
    whole.advance(kEnd, of_whole);
    parts.advance(kEnd, of_parts);
    PROPERTY_ASSERT(of_whole.size() == last_part.size());  // all is done
    PROPERTY_ASSERT(of_parts.size() == reads + writes);
    PROPERTY_ASSERT(whole.stats().reads_done == reads);
    PROPERTY_ASSERT(whole.stats().writes_done == writes);
    PROPERTY_ASSERT(same(whole.stats(), parts.stats()));
    // A request is done with the last of its bursts to be done.
    std::map<DramController::Ticket, uint64_t> done_at;
    for (const auto& completion : of_parts) {
      uint64_t& cycle = done_at[last_part_of(last_part, completion.ticket)];
      cycle = std::max(cycle, completion.cycle);
    }
    for (const auto& completion : of_whole)
      PROPERTY_ASSERT(completion.cycle == done_at.at(last_part.at(completion.ticket)));
  }));
}
