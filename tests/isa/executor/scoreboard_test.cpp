// The scoreboard: tasks whose operands meet keep their order, others do not wait for them; every chunk is
// performed once; failures come back.
#include "isa/executor/scoreboard.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/isa/semantics/oracle.h"
#include "tests/kit/property.h"

namespace mmasim::isa {
namespace {

using oracle::Numbers;

Footprint reading(uint64_t first, uint64_t end) {
  Footprint footprint;
  footprint.reads.add({first, end});
  return footprint;
}
Footprint writing(uint64_t first, uint64_t end) {
  Footprint footprint;
  footprint.writes.add({first, end});
  return footprint;
}

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// Tasks over 64 cells: each writes some cells, from sums of others.
struct Sum {
  uint32_t from, from_end, to, to_end;
  void perform(std::vector<uint32_t>& cells) const {
    uint32_t sum = 1;
    for (uint32_t i = from; i < from_end; ++i) sum = sum * 31 + cells[i];
    for (uint32_t i = to; i < to_end; ++i) cells[i] = sum + i;
  }
};

std::vector<Sum> random_sums(uint64_t seed) {
  Numbers numbers(seed);
  const auto in = [&](int64_t lowest, int64_t highest) {
    return static_cast<uint32_t>(numbers.in(lowest, highest));
  };
  std::vector<Sum> sums(in(1, 300));
  for (Sum& sum : sums) {
    sum.from = in(0, 60), sum.from_end = sum.from + in(0, 4);
    sum.to = in(0, 60), sum.to_end = sum.to + in(0, 4);
  }
  return sums;
}

}  // namespace

TEST_CASE("scoreboard: what tasks write is what they write one after another") {
  Scoreboard scoreboard(3);
  CHECK(tests::holds([&](uint64_t seed) {
    const auto sums = random_sums(seed);
    std::vector<uint32_t> expected(64), cells(64);
    for (const Sum& sum : sums) sum.perform(expected);
    for (const Sum& sum : sums) {
      Footprint footprint = writing(sum.to, sum.to_end);
      footprint.reads.add({sum.from, sum.from_end});
      scoreboard.issue(footprint, 1, [&](unsigned, uint32_t, uint32_t) { sum.perform(cells); });
    }
    scoreboard.drain();
    return cells == expected;
  }));
}

TEST_CASE("scoreboard: a task waits for what it meets, and for nothing else") {
  Scoreboard scoreboard(2);
  std::atomic<bool> has_begun{false}, may_end{false}, has_ended{false}, was_after{false};
  scoreboard.issue(writing(0, 8), 1, [&](unsigned, uint32_t, uint32_t) {
    has_begun = true;
    while (!may_end) std::this_thread::yield();
    has_ended = true;
  });
  while (!has_begun) std::this_thread::yield();  // on the other thread
  const auto reader =
      scoreboard.issue(reading(7, 9), 1, [&](unsigned, uint32_t, uint32_t) { was_after = has_ended.load(); });
  const auto other = scoreboard.issue(reading(8, 9), 1, [](unsigned, uint32_t, uint32_t) {});
  scoreboard.help_until_one_ended({reader, other});
  CHECK_FALSE(has_ended);
  CHECK_FALSE(scoreboard.has_ended(reader));
  may_end = true;
  scoreboard.drain();
  CHECK(was_after);
  CHECK(scoreboard.has_ended(reader));
}

TEST_CASE("scoreboard: every chunk is performed once, by a worker there is") {
  Scoreboard scoreboard(3);
  CHECK(scoreboard.threads() == 3);
  for (const uint32_t chunks : {0u, 1u, 2u, 7u, 1000u}) {
    std::vector<std::atomic<int>> performed(chunks);
    std::atomic<bool> are_workers{true};
    for (int round = 0; round < 20; ++round)
      scoreboard.issue(writing(0, 1), chunks, [&](unsigned worker, uint32_t first, uint32_t end) {
        if (worker >= 3 || first >= end) are_workers = false;
        for (uint32_t chunk = first; chunk < end; ++chunk) ++performed[chunk];
      });
    scoreboard.drain();
    CHECK(are_workers);
    for (const auto& count : performed) CHECK(count == 20);
  }
}

TEST_CASE("scoreboard: workers that slept take part again") {
  Scoreboard scoreboard(2);
  for (int round = 0; round < 3; ++round) {
    sleep_ms(20);
    std::atomic<bool> both{false};
    std::atomic<int> present{0};
    scoreboard.issue(writing(0, 1), 2, [&](unsigned, uint32_t, uint32_t) {
      ++present;
      for (int wait = 0; wait < 5000 && present < 2; ++wait) sleep_ms(1);
      if (present == 2) both = true;
    });
    scoreboard.drain();
    CHECK(both);
  }
}

TEST_CASE("scoreboard: alone, a task is performed when it is issued") {
  Scoreboard scoreboard(1);
  int chunks = 0;
  const auto number = scoreboard.issue(
      writing(0, 1), 5, [&](unsigned, uint32_t first, uint32_t end) { chunks += end - first; });
  CHECK(chunks == 5);
  CHECK(scoreboard.has_ended(number));
}

TEST_CASE("scoreboard: the first failure in the order of issue comes back, and all goes on") {
  Scoreboard scoreboard(3);
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> others{0};
    std::string failure = "none";
    try {
      for (int i = 0; i < 40; ++i)
        scoreboard.issue(reading(0, 1), 1, [&others, i](unsigned, uint32_t, uint32_t) {
          if (i == 20) sleep_ms(1);
          if (i >= 20) throw std::runtime_error(std::to_string(i));
          ++others;
        });
      scoreboard.drain();
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    CHECK(failure == "20");
    CHECK(others == 20);
    others = 0;
    scoreboard.issue(reading(0, 1), 2,
                     [&](unsigned, uint32_t first, uint32_t end) { others += end - first; });
    scoreboard.drain();
    CHECK(others == 2);
  }
}

TEST_CASE("scoreboard: an abandoned task has ended, and its failure is forgotten") {
  Scoreboard scoreboard(2);
  scoreboard.issue(writing(0, 1), 1,
                   [](unsigned, uint32_t, uint32_t) { throw std::runtime_error("forgotten"); });
  scoreboard.abandon();
  CHECK_NOTHROW(scoreboard.drain());
}

}  // namespace mmasim::isa
