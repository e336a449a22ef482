// Whole requests, on the reference parameters. A burst is accepted in the cycle it is submitted, moved to its
// bank's queue in the same cycle, and its first command is issued in the next.
#include "models/memory/dram_controller.h"

#include <doctest/doctest.h>

#include <map>
#include <stdexcept>

#include "models/memory/dram_config.h"

using namespace mmasim::models;

namespace {

constexpr bool kRead = false, kWrite = true;
constexpr uint64_t kBankBytes = 4096,
                   kRowBytes = 8 * kBankBytes;  // to the next bank; to the same bank's next row

struct Bench {
  explicit Bench(const DramConfig& config = {}) : controller(config) {}

  DramController::Ticket submit(uint64_t address, bool is_write, uint64_t at, uint64_t bytes = 64) {
    return controller.submit(address, bytes, is_write, at);
  }
  // The cycle of a ticket's completion; lets time pass to the end first.
  uint64_t done(DramController::Ticket ticket) {
    std::vector<DramController::Completion> completions;
    if (done_at.count(ticket) == 0) controller.advance(now += 100000, completions);
    for (const auto& completion : completions) done_at[completion.ticket] = completion.cycle;
    REQUIRE(done_at.count(ticket) == 1);
    return done_at[ticket];
  }
  const DramController::Stats& stats() const { return controller.stats(); }

  DramController controller;
  std::map<DramController::Ticket, uint64_t> done_at;
  uint64_t now = 0;
};

}  // namespace

TEST_CASE("dram controller: a read of a closed bank takes activate, tRCD, CL and its burst") {
  Bench bench;
  const auto read = bench.submit(0, kRead, 10);
  CHECK(bench.done(read) == 94);  // activate at 11, read at 50, data until 50 + 36 + 8
  CHECK(bench.stats().read_latency_cycles == 84);
  CHECK(bench.stats().read_row_hits == 0);
}

TEST_CASE("dram controller: an open row is read at once, another row after precharge and activate") {
  Bench hit, miss;
  hit.submit(0, kRead, 0);
  CHECK(hit.done(hit.submit(64, kRead, 1000)) == 1045);  // read at 1001
  CHECK(hit.stats().read_row_hits == 1);
  miss.submit(0, kRead, 0);
  CHECK(miss.done(miss.submit(kRowBytes, kRead, 1000)) == 1129);  // precharge 1001, activate 1046, read 1085
  CHECK(miss.stats().read_row_hits == 0);
}

TEST_CASE("dram controller: the bursts of a request follow each other every 8 cycles") {
  Bench bench;
  CHECK(bench.done(bench.submit(0, kRead, 0, 4096)) == 588);  // first read at 40, last at 40 + 63 * 8 = 544
  CHECK(bench.stats().reads_done == 64);
  CHECK(bench.stats().read_row_hits == 63);
  CHECK(bench.stats().busy_cycles == 512);
}

TEST_CASE("dram controller: a request takes every burst it touches, and an empty one none") {
  Bench bench;
  bench.submit(60, kRead, 0, 8);
  const auto nothing = bench.submit(0, kRead, 7, 0);
  CHECK(bench.done(nothing) == 7);
  CHECK(bench.stats().reads_done == 2);
}

TEST_CASE("dram controller: a hit overtakes an older miss of its bank") {
  Bench bench;
  bench.submit(0, kRead, 0);
  const auto miss = bench.submit(kRowBytes, kRead, 0);
  const auto hit = bench.submit(64, kRead, 0);
  CHECK(bench.done(hit) == 92);    // read at 40 + tCCD 8
  CHECK(bench.done(miss) == 219);  // precharge at 1 + tRAS 90 = 91, activate 136, read 175
}

TEST_CASE("dram controller: banks activate in turn, tRRD apart, the fifth not before tFAW") {
  DramConfig config;
  config.trrd_cycles = 10;
  Bench bench(config);
  std::vector<DramController::Ticket> reads;
  for (uint64_t bank = 0; bank < 5; ++bank) reads.push_back(bench.submit(bank * kBankBytes, kRead, 0));
  const uint64_t expected[] = {84, 94, 104, 114, 170};  // activates at 1, 11, 21, 31 and 1 + tFAW 86 = 87
  for (size_t i = 0; i < 5; ++i) CHECK(bench.done(reads[i]) == expected[i]);
}

TEST_CASE("dram controller: a closed page is opened anew for every access") {
  DramConfig config;
  config.page_policy = "closed";
  Bench bench(config);
  CHECK(bench.done(bench.submit(0, kRead, 0, 128)) == 219);  // activates at 1 and at 1 + tRAS 90 + tRP 45
  CHECK(bench.stats().read_row_hits == 0);
  CHECK(bench.stats().activates == 2);
}

TEST_CASE("dram controller: a write is done once accepted and gathered until nine wait") {
  Bench bench;
  for (uint64_t i = 0; i < 8; ++i) bench.submit(i * 64, kWrite, 0);
  const auto eighth = bench.submit(0, kWrite, 100);  // joins the first: not a ninth
  CHECK(bench.done(eighth) == 101);
  CHECK(bench.stats().writes_done == 9);
  CHECK(bench.stats().activates == 0);
  const auto ninth = bench.submit(8 * 64, kWrite, 100001);
  CHECK(bench.done(ninth) == 100002);
  CHECK(bench.stats().activates == 1);
  CHECK(bench.stats().busy_cycles == 9 * 8);
}

TEST_CASE("dram controller: a read behind written rows waits for the bus to turn") {
  Bench bench;
  for (uint64_t i = 0; i < 9; ++i) bench.submit(i * 64, kWrite, 0);
  // The ninth is accepted at 8 and starts the draining; activate at 9, writes at 48, 56, ..., 112.
  const auto read = bench.submit(9 * 64, kRead, 49);
  CHECK(bench.done(read) == 204);  // 112 + CWL 18 + 8 + tWTR 22 = 160, then CL 36 and 8 of data
}

TEST_CASE("dram controller: a read of what waits to be written is answered from the write buffer") {
  Bench bench;
  bench.submit(128, kWrite, 0);
  const auto read = bench.submit(128, kRead, 0);
  CHECK(bench.done(read) == 2);  // accepted in cycle 1, behind the write
  CHECK(bench.stats().busy_cycles == 0);
}

TEST_CASE("dram controller: reads of one burst share its data") {
  Bench bench;
  const auto first = bench.submit(0, kRead, 0);
  const auto second = bench.submit(32, kRead, 20, 32);
  CHECK(bench.done(first) == 84);
  CHECK(bench.done(second) == 84);
  CHECK(bench.stats().reads_done == 2);
  CHECK(bench.stats().busy_cycles == 8);
  CHECK(bench.stats().read_latency_cycles == 84 + 64);
}

TEST_CASE("dram controller: a write waits for an older read of its burst, however full the write buffer") {
  DramConfig config;
  config.transaction_queue_depth = 1;
  config.bank_queue_depth = 1;
  Bench bench(config);
  bench.submit(0, kRead, 0);
  const auto read = bench.submit(kRowBytes, kRead, 0);    // waits: the bank's queue of one is taken
  const auto write = bench.submit(kRowBytes, kWrite, 0);  // fills the buffer of one
  const auto last = bench.submit(64, kWrite, 0);          // needs the first write gone
  CHECK(bench.done(read) == 219);
  CHECK(bench.done(write) < bench.done(last));
  CHECK(bench.done(last) > 175);  // the first write left the buffer after the read's command
}

TEST_CASE(
    "dram controller: a refresh due in the cycle of an activate goes first, one cycle earlier it closes the "
    "row again") {
  Bench late, early;
  // Refresh at tREFI 8328; activate at 8328 + tRFC 597 = 8925, read 8964.
  CHECK(late.done(late.submit(0, kRead, 8327)) == 9008);
  // Activate at 8327, precharge at 8327 + tRAS 90 = 8417, refresh 8462, activate 9059, read 9098.
  CHECK(early.done(early.submit(0, kRead, 8326)) == 9142);
  CHECK(early.stats().activates == 2);
}

TEST_CASE("dram controller: without refresh nothing stops a read") {
  DramConfig config;
  config.refresh = false;
  Bench bench(config);
  CHECK(bench.done(bench.submit(0, kRead, 8327)) == 8411);
}

TEST_CASE("dram controller: refreshes are counted through any idle time") {
  DramConfig config;
  config.ranks = 2;
  DramController controller(config);
  std::vector<DramController::Completion> completions;
  const uint64_t end = 1000000000000;
  controller.advance(end, completions);
  CHECK(controller.stats().refreshes ==
        (end - 4164) / 8328 + 1 + end / 8328);  // the ranks half a tREFI apart
  // The second rank's last refresh came at 120076849 * 8328 = end - 1528; the next read is not delayed.
  const auto ticket = controller.submit(0, 64, kRead, end + 1);
  controller.advance(end + 1000, completions);
  REQUIRE(completions.size() == 1);
  CHECK(completions[0].ticket == ticket);
  CHECK(completions[0].cycle == end + 1 + 84);
}

TEST_CASE("dram controller: channels work side by side") {
  DramConfig config;
  config.channels = 2;
  config.address_mapping = "channel column bank rank row";
  Bench bench(config);
  CHECK(bench.done(bench.submit(0, kRead, 0, 8192)) == 588);  // 64 bursts each, as one channel's 4096 bytes
  CHECK(bench.stats().reads_done == 128);
}

TEST_CASE(
    "dram controller: the next event is the completion while requests wait outside, and never when idle") {
  DramController controller{DramConfig{}};
  std::vector<DramController::Completion> completions;
  CHECK(controller.next_event() == UINT64_MAX);
  controller.submit(0, 8192, kRead, 0);
  uint64_t wakes = 0;
  for (uint64_t next = controller.next_event(); next != UINT64_MAX; next = controller.next_event(), ++wakes) {
    controller.advance(next, completions);
    REQUIRE(wakes <
            12);  // the last 40 bursts inside take 320 cycles: a wake for each 44 at most, and the end
  }
  REQUIRE(completions.size() == 1);
  CHECK(completions[0].cycle == 40 + 127 * 8 + 44);  // the second bank was activated in time
}

TEST_CASE("dram controller: time that runs backwards is a bug of the caller") {
  DramController controller{DramConfig{}};
  std::vector<DramController::Completion> completions;
  controller.advance(10, completions);
  CHECK_THROWS_AS(controller.submit(0, 64, kRead, 9), std::logic_error);
  CHECK_THROWS_AS(controller.advance(9, completions), std::logic_error);
  CHECK_THROWS_AS(controller.submit(UINT64_MAX - 10, 64, kRead, 10), std::logic_error);
  CHECK_THROWS_AS(DramController{[] {
                    DramConfig config;
                    config.banks = 3;
                    return config;
                  }()},
                  std::invalid_argument);
}
