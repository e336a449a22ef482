#include "traces/timeline.h"

#include <doctest/doctest.h>

#include "tests/traces/events.h"

using namespace mmasim;
using namespace mmasim::traces::test;
using traces::Kind;
using traces::Timeline;

TEST_CASE("timeline: bytes are spread evenly over the cycles of their access") {
  Timeline timeline;
  auto access =
      piece(Kind::access, 32, 160);  // 32 cycles of the first bin, 64 of the second, 32 of the third
  access.ddr.read_bytes = 1024;      // 8 bytes a cycle
  access.l3.write_bytes = 4;         // 4 * 32 / 128 = 1, 2 more by 96 / 128, the last one at the end
  timeline.on(access);
  REQUIRE(timeline.bin_cycles() == 64);
  REQUIRE(timeline.bins().size() == 3);
  CHECK(timeline.bins()[0].ddr.read_bytes == 256);
  CHECK(timeline.bins()[1].ddr.read_bytes == 512);
  CHECK(timeline.bins()[2].ddr.read_bytes == 256);
  CHECK(timeline.bins()[0].l3.write_bytes == 1);
  CHECK(timeline.bins()[1].l3.write_bytes == 2);
  CHECK(timeline.bins()[2].l3.write_bytes == 1);
  CHECK(timeline.bytes_per_cycle(timeline.bins()[1].ddr) == 8);
}

TEST_CASE("timeline: a transfer's bytes are those of its accesses, counted once") {
  Timeline timeline;
  auto copy = piece(Kind::copy, 0, 64);
  copy.ddr.read_bytes = 100;
  timeline.on(copy);
  CHECK(timeline.bins().empty());
}

TEST_CASE("timeline: bins double their width until 1024 hold the run, and lose nothing") {
  Timeline timeline;
  timeline.on(piece(Kind::vectors, 0, 64));
  timeline.on(piece(Kind::moving, 1024 * 64 - 1, 1024 * 64));
  CHECK(timeline.bin_cycles() == 64);
  CHECK(timeline.bins().size() == 1024);
  timeline.on(piece(Kind::stall, 1024 * 64, 1024 * 64 + 1));  // one cycle too many
  CHECK(timeline.bin_cycles() == 128);
  CHECK(timeline.bins().size() == 513);
  CHECK(timeline.bins()[0].dsp_cycles == 64);
  CHECK(timeline.bins()[511].dma_cycles == 1);
  CHECK(timeline.bins()[512].stall_cycles == 1);
  timeline.on(piece(Kind::finish, 10'000'000, 10'000'000));
  CHECK(timeline.end_cycle() == 10'000'000);
}

TEST_CASE("timeline: an access that takes no time moves its bytes in its cycle") {
  Timeline timeline;
  auto access = piece(Kind::access, 64, 64);
  access.l2.read_bytes = 7;
  timeline.on(access);
  REQUIRE(timeline.bins().size() == 2);
  CHECK(timeline.bins()[1].l2.read_bytes == 7);
}
