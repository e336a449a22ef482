#include "traces/analysis/critical_path.h"

#include <doctest/doctest.h>

#include <array>

#include "tests/traces/events.h"

using namespace mmasim::traces;
using namespace mmasim::traces::test;

namespace {

Event transfer(uint32_t descriptor, uint64_t issued, uint64_t begin, uint64_t data, uint64_t end,
               Cause cause = Cause::ddr) {
  Event event = piece(Kind::copy, begin, end);
  event.descriptor = descriptor;
  event.issued = issued;
  event.data = data;
  event.done = end;
  event.cause = cause;
  return event;
}

Event command(uint64_t issued, uint64_t taken, uint64_t begin, uint64_t done) {
  Event event = piece(Kind::stream, begin, done);
  event.issued = issued;
  event.taken = taken;
  event.done = done;
  return event;
}

std::array<uint64_t, kSteps> cycles_of(const std::vector<PathPiece>& path) {
  std::array<uint64_t, kSteps> cycles{};
  for (const PathPiece& piece : path) cycles[static_cast<size_t>(piece.step)] += piece.end - piece.begin;
  return cycles;
}
uint64_t of(const std::array<uint64_t, kSteps>& cycles, PathStep step) {
  return cycles[static_cast<size_t>(step)];
}

}  // namespace

TEST_CASE("critical path: a wait leads to the transfer, and from its begin to what the core did") {
  PathFinder finder;
  finder.on(piece(Kind::setup, 0, 100));
  finder.on(piece(Kind::issue, 100, 110));    // posts the transfer
  finder.on(piece(Kind::vectors, 110, 150));  // beside it
  finder.on(transfer(1, 110, 110, 130, 400));
  finder.on(stall(150, 400, Cause::ddr, 1));
  finder.on(piece(Kind::vectors, 400, 450));
  const auto cycles = cycles_of(finder.find(450));
  CHECK(of(cycles, PathStep::dsp) == 50);        // the vectors at the end; those before were not waited for
  CHECK(of(cycles, PathStep::ddr) == 270);       // 130..399
  CHECK(of(cycles, PathStep::dma_start) == 20);  // 110..129
  CHECK(of(cycles, PathStep::issue) == 10);
  CHECK(of(cycles, PathStep::setup) == 100);
}

TEST_CASE("critical path: a transfer that stood behind another on its channel leads to that one") {
  PathFinder finder;
  finder.on(piece(Kind::issue, 0, 10));
  finder.on(transfer(1, 5, 5, 20, 200));
  finder.on(transfer(2, 10, 150, 170, 300, Cause::l3));
  finder.on(stall(10, 300, Cause::l3, 2));
  const auto cycles = cycles_of(finder.find(300));
  CHECK(of(cycles, PathStep::l3) == 130);        // 170..299 of the second
  CHECK(of(cycles, PathStep::ddr) == 130);       // 20..149 of the first
  CHECK(of(cycles, PathStep::dma_start) == 35);  // 150..169 and 5..19
  CHECK(of(cycles, PathStep::issue) == 5);       // until the first was posted
}

TEST_CASE("critical path: a transfer that a transfer's token held leads to it") {
  PathFinder finder;
  finder.on(piece(Kind::issue, 0, 10));
  Event first = transfer(1, 0, 0, 30, 90);
  Event second = transfer(2, 10, 90, 95, 120);
  second.channel = 1;
  Event hold = piece(Kind::hold, 10, 90);
  hold.channel = 1;
  hold.descriptor = 1;
  finder.on(first);
  finder.on(hold);
  finder.on(second);
  finder.on(stall(10, 120, Cause::ddr, 2));
  const auto path = finder.find(120);
  REQUIRE(path.size() == 4);
  CHECK(path[0].descriptor == 2);
  CHECK(path[1].descriptor == 2);  // its start
  CHECK(path[2].descriptor == 1);
  CHECK(path[2].begin == 30);
  CHECK(path[3].begin == 0);
}

TEST_CASE("critical path: a drain leads through the array's commands to their hand-over") {
  PathFinder finder;
  finder.on(piece(Kind::issue, 0, 10));
  finder.on(command(10, 11, 20, 84));
  finder.on(command(11, 12, 84, 148));  // behind the first
  finder.on(piece(Kind::close, 12, 160));
  const auto path = finder.find(160);
  const auto cycles = cycles_of(path);
  CHECK(of(cycles, PathStep::mma) == 150);
  CHECK(of(cycles, PathStep::issue) == 10);
}

TEST_CASE("critical path: every cycle is one piece's, whatever is missing") {
  PathFinder finder;
  finder.on(stall(50, 90, Cause::ddr, 7));  // of a transfer that nobody told
  finder.on(piece(Kind::close, 90, 95));    // of no command
  const auto path = finder.find(200);
  uint64_t end = 200;
  for (const PathPiece& piece : path) {
    CHECK(piece.end == end);
    end = piece.begin;
  }
  CHECK(end == 0);
}
