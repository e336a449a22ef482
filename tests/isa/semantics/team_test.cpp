// Teams: every piece once, whichever member makes it; failures come back; waits long enough to sleep.
#include "isa/semantics/team.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace mmasim::isa {

TEST_CASE("team: every piece is made once, by a member there is, round after round") {
  Team team(3);
  CHECK(team.size() == 3);
  for (const uint32_t pieces : {0u, 1u, 2u, 7u, 1000u}) {
    std::vector<std::atomic<int>> made(pieces);
    std::atomic<bool> are_members{true};
    for (int round = 0; round < 20; ++round)
      team.run(pieces, [&](unsigned member, uint32_t piece) {
        if (member >= 3) are_members = false;
        ++made[piece];
      });
    CHECK(are_members);
    for (const auto& count : made) CHECK(count == 20);
  }
}

TEST_CASE("team: the caller returns after every piece has ended, though members slept before") {
  Team team(2);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::atomic<int> ended{0};
    team.run(4, [&](unsigned, uint32_t) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      ++ended;
    });
    CHECK(ended == 4);
  }
}

TEST_CASE("team: a piece's failure comes back to the caller, and the team goes on") {
  Team team(2);
  std::atomic<int> others{0};
  const auto fail_at_3 = [&](unsigned, uint32_t piece) {
    if (piece == 3) throw std::runtime_error("three");
    ++others;
  };
  CHECK_THROWS_WITH_AS(team.run(8, fail_at_3), "three", std::runtime_error);
  CHECK(others == 7);
  team.run(2, [&](unsigned, uint32_t) { ++others; });
  CHECK(others == 9);
}

}  // namespace mmasim::isa
