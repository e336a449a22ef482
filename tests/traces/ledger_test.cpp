#include "traces/ledger.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/traces/events.h"

using namespace mmasim;
using namespace mmasim::traces::test;
using traces::Cause;
using traces::Kind;
using traces::Ledger;

TEST_CASE("ledger: array time that overlaps is busy once") {
  Ledger ledger(1);
  ledger.on(array(0, 100));
  ledger.on(array(10, 80));
  ledger.on(array(90, 120));
  const auto activity = ledger.finish(120);
  CHECK(activity.layers[0].mma_cycles == 120);
  CHECK(activity.layers[0].core_busy_cycles == 120);
}

TEST_CASE("ledger: a stall counts only beyond the array's work") {
  Ledger ledger(1);
  ledger.on(array(0, 100, 100));
  ledger.on(piece(Kind::issue, 20, 21));  // hidden
  ledger.on(stall(21, 150, Cause::ddr));  // 100..149
  ledger.on(piece(Kind::issue, 150, 160));
  const auto activity = ledger.finish(160);
  CHECK(activity.layers[0].stall_cycles.at("ddr") == 50);
  CHECK(activity.layers[0].overhead_cycles == 10);
}

TEST_CASE("ledger: a stall hides the panel loads and drains that fall into it, and no streams") {
  Ledger ledger(1);
  ledger.on(array(0, 10));                // a panel load
  ledger.on(array(10, 150, 40));          // streams until 50, then drains
  ledger.on(stall(20, 120, Cause::ddr));  // 50..119: the drain until 120 is hidden, 120..149 is not
  ledger.on(array(150, 200));
  const auto activity = ledger.finish(200);
  CHECK(activity.layers[0].stall_cycles.at("ddr") == 70);
  CHECK(activity.layers[0].mma_cycles == 130);
}

TEST_CASE("ledger: layers partition the time, empty ones included") {
  Ledger ledger(4);
  ledger.on(piece(Kind::issue, 0, 10));
  ledger.on(layer(0, 10));  // goes on with layer 0
  ledger.on(piece(Kind::vectors, 10, 30));
  ledger.on(layer(2, 30));
  ledger.on(piece(Kind::vectors, 30, 35));
  const auto activity = ledger.finish(35);
  CHECK(activity.total_cycles == 35);
  CHECK(activity.layers[0].end_cycle == 30);
  CHECK(activity.layers[1].start_cycle == 30);
  CHECK(activity.layers[1].end_cycle == 30);
  CHECK(activity.layers[2].start_cycle == 30);
  CHECK(activity.layers[2].end_cycle == 35);
  CHECK(activity.layers[3].start_cycle == 35);
  CHECK(activity.layers[3].end_cycle == 35);
}

TEST_CASE("ledger: cycles that nobody booked are a bug") {
  Ledger ledger(1);
  ledger.on(piece(Kind::vectors, 0, 10));
  CHECK_THROWS_AS(ledger.finish(11), std::logic_error);
}

TEST_CASE("ledger: transfers that overlap move bytes once, and count where they fall") {
  Ledger ledger(2);
  ledger.on(piece(Kind::issue, 0, 40));
  ledger.on(layer(1, 40));
  ledger.on(piece(Kind::moving, 10, 50));  // chunks 10..29 and 20..49
  ledger.on(piece(Kind::moving, 60, 65));
  ledger.on(piece(Kind::issue, 40, 70));
  const auto activity = ledger.finish(70);
  CHECK(activity.layers[0].dma_cycles == 30);
  CHECK(activity.layers[1].dma_cycles == 15);
}

TEST_CASE("ledger: cycles that the array loses are a stall, and still add up") {
  Ledger ledger(1);
  ledger.on(array(0, 100));
  traces::Event slip = piece(Kind::slip, 50, 80);
  slip.cause = Cause::l2;
  ledger.on(slip);
  ledger.on(array(50, 120));  // 20 more of them busy in name
  ledger.on(array(60, 200));
  const auto activity = ledger.finish(200);
  CHECK(activity.layers[0].stall_cycles.at("l2") == 30);
  CHECK(activity.layers[0].mma_cycles == 170);
}

TEST_CASE("ledger: a piece of the DMA engine that ends before the layer's begin is of the layer before") {
  Ledger ledger(3);
  ledger.on(piece(Kind::issue, 0, 105));
  ledger.on(layer(2, 105));  // the core's own time is ahead of the engine's
  ledger.on(piece(Kind::moving, 90, 102));
  ledger.on(piece(Kind::moving, 103, 109));
  ledger.on(piece(Kind::issue, 105, 120));
  const auto activity = ledger.finish(120);
  CHECK(activity.layers[0].dma_cycles == 12 + 2);
  CHECK(activity.layers[1].dma_cycles == 0);  // an empty layer at 105
  CHECK(activity.layers[2].dma_cycles == 4);
}

TEST_CASE("ledger: a transfer's bytes are of the layer that uses them, those of its accesses are not added") {
  Ledger ledger(2);
  ledger.on(piece(Kind::issue, 0, 10));
  traces::Event copy = piece(Kind::copy, 2, 9);
  copy.layer = 1;
  copy.ddr.read_bytes = copy.l2.write_bytes = 64;
  traces::Event access = piece(Kind::access, 2, 9);
  access.layer = 1;
  access.ddr.read_bytes = 64;
  ledger.on(access);
  ledger.on(copy);
  const auto activity = ledger.finish(10);
  CHECK(activity.layers[0].ddr.read_bytes == 0);
  CHECK(activity.layers[1].ddr.read_bytes == 64);
  CHECK(activity.layers[1].l2.write_bytes == 64);
  CHECK(activity.layers[1].dma_bytes == 64);
}

TEST_CASE("ledger: a recording with gaps is closed all the same") {
  Ledger ledger(1);
  ledger.allow_gaps();
  ledger.on(piece(Kind::vectors, 0, 10));
  CHECK(ledger.finish(11).layers[0].dsp_cycles == 10);
}

TEST_CASE("ledger: a walk covers the load beside it, whichever is told first") {
  Ledger ledger(1);
  ledger.on(array(0, 64));  // a load
  auto second = array(0, 128);
  second.begin = 64;
  ledger.on(second);
  auto walk = array(0, 164, 7);  // against the first panel
  walk.begin = 100;
  ledger.on(walk);
  auto third = array(0, 228);
  third.begin = 164;
  ledger.on(third);
  ledger.on(array(228, 292, 64));
  const auto activity = ledger.finish(292);
  CHECK(activity.layers[0].mma_cycles == 292);
  CHECK(activity.layers[0].array_rows == 71);
  CHECK(activity.layers[0].array_empty_cycles == 57);
  // 0..63; 64..99, as the walk covers the rest; 164..227
  CHECK(activity.layers[0].array_load_cycles == 64 + 36 + 64);
}

TEST_CASE("ledger: empty walks and loads that a wait hides are not of the array's busy cycles") {
  Ledger ledger(1);
  ledger.on(array(0, 64));       // a load
  ledger.on(array(64, 128, 7));  // rows until 70, the walk until 127
  auto next = array(65, 192);    // the next load, behind the walk
  next.begin = 128;
  ledger.on(next);
  ledger.on(stall(66, 150, Cause::ddr));  // hides 71..149: the walk from 71, the load until 149
  ledger.on(piece(Kind::issue, 192, 193));
  const auto activity = ledger.finish(193);
  CHECK(activity.layers[0].stall_cycles.at("ddr") == 150 - 71);
  CHECK(activity.layers[0].mma_cycles == 192 - 79);
  CHECK(activity.layers[0].array_rows == 7);
  CHECK(activity.layers[0].array_empty_cycles == 0);
  CHECK(activity.layers[0].array_load_cycles == 64 + 192 - 150);
}
