#include "models/kit/ledger.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "models/dsp/stall.h"
#include "models/energy.h"

using namespace mmasim;
using models::Ledger;

TEST_CASE("ledger: array time that overlaps is busy once") {
  Ledger ledger(1);
  ledger.array_busy(0, 100);
  ledger.array_busy(10, 80);
  ledger.array_busy(90, 120);
  const auto activity = ledger.finish(120);
  CHECK(activity.layers[0].mma_cycles == 120);
  CHECK(activity.layers[0].core_busy_cycles == 120);
}

TEST_CASE("ledger: a stall counts only beyond the array's work") {
  Ledger ledger(1);
  ledger.array_busy(0, 100);
  ledger.array_streams(100);
  ledger.overhead(20, 21);         // hidden
  ledger.stalled(21, 150, "ddr");  // 100..149
  ledger.overhead(150, 160);
  const auto activity = ledger.finish(160);
  CHECK(activity.layers[0].stall_cycles.at("ddr") == 50);
  CHECK(activity.layers[0].overhead_cycles == 10);
}

TEST_CASE("ledger: a stall hides the panel loads and drains that fall into it, and no streams") {
  Ledger ledger(1);
  ledger.array_busy(0, 10);    // a panel load
  ledger.array_busy(10, 150);  // streams until 50, then drains
  ledger.array_streams(50);
  ledger.stalled(20, 120, "ddr");  // 50..119: the drain until 120 is hidden, 120..149 is not
  ledger.array_busy(150, 200);
  const auto activity = ledger.finish(200);
  CHECK(activity.layers[0].stall_cycles.at("ddr") == 70);
  CHECK(activity.layers[0].mma_cycles == 130);
}

TEST_CASE("ledger: layers partition the time, empty ones included") {
  Ledger ledger(4);
  ledger.overhead(0, 10);
  ledger.begin_layer(0, 10);  // goes on with layer 0
  ledger.dsp_busy(10, 30);
  ledger.begin_layer(2, 30);
  ledger.dsp_busy(30, 35);
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
  ledger.dsp_busy(0, 10);
  CHECK_THROWS_AS(ledger.finish(11), std::logic_error);
}

TEST_CASE("ledger: transfers that overlap move bytes once, and count where they fall") {
  Ledger ledger(2);
  ledger.chunk_begins(10);
  ledger.chunk_begins(20);
  ledger.chunk_ends(30);
  ledger.overhead(0, 40);
  ledger.begin_layer(1, 40);
  ledger.chunk_ends(50);
  ledger.chunk_begins(60);
  ledger.chunk_ends(65);
  ledger.overhead(40, 70);
  const auto activity = ledger.finish(70);
  CHECK(activity.layers[0].dma_cycles == 30);
  CHECK(activity.layers[1].dma_cycles == 15);
}

TEST_CASE("stall: the wait before and during a transfer is the memory's, in between the engine's") {
  Ledger ledger(1);
  models::SignalOrigin origin{"ddr", 20, 50};
  models::book_stall(ledger, 0, 100, origin);
  auto stalls = ledger.current().stall_cycles;
  CHECK(stalls.at("ddr") == 20 + 50);
  CHECK(stalls.at("dma_start") == 30);
}

TEST_CASE("stall: a wait that begins when bytes already move is all the memory's") {
  Ledger ledger(1);
  models::book_stall(ledger, 60, 100, {"l3", 20, 50});
  CHECK(ledger.current().stall_cycles.at("l3") == 40);
  CHECK(ledger.current().stall_cycles.count("dma_start") == 0);
}

TEST_CASE("stall: the share in which the descriptor waited for others is that memory's") {
  Ledger ledger(1);
  models::SignalOrigin origin{"ddr", 0, 0};
  origin.access_cycles = 200;  // of chunks beside each other
  origin.l2_contention_cycles = 20;
  origin.l3_contention_cycles = 50;
  models::book_stall(ledger, 20, 100, origin);
  const auto stalls = ledger.current().stall_cycles;
  CHECK(stalls.at("l2") == 8);
  CHECK(stalls.at("l3") == 20);
  CHECK(stalls.at("ddr") == 80 - 8 - 20);
}

TEST_CASE("ledger: cycles that the array loses are a stall, and still add up") {
  Ledger ledger(1);
  ledger.array_busy(0, 100);
  ledger.array_slips(30, "l2");
  ledger.array_busy(50, 120);  // 20 more of them busy in name
  ledger.array_busy(60, 200);
  const auto activity = ledger.finish(200);
  CHECK(activity.layers[0].stall_cycles.at("l2") == 30);
  CHECK(activity.layers[0].mma_cycles == 170);
}

TEST_CASE("energy: every count has its price") {
  models::LayerActivity layer;
  layer.end_cycle = 1000000;  // 1 ms at 1 GHz
  layer.array_macs[0] = 1000000000;
  layer.array_macs[2] = 1000000000;
  layer.dsp_operations[1] = 2000000000;
  layer.ddr = {1000000, 2000000};
  layer.ddr_activates = 1000;
  layer.ddr_refreshes = 10;
  layer.l3 = {0, 500000};
  layer.l2 = {1000000, 0};
  layer.l1 = {0, 1000000};
  layer.dma_bytes = 1000000;
  const models::EnergyConfig config;
  const models::Energy energy = models::layer_energy(layer, config, 1000);
  CHECK(energy.mma_mj == doctest::Approx(0.075 + 0.875));  // 1e9 pJ are 1 mJ
  CHECK(energy.dsp_mj == doctest::Approx(2 * 0.5));
  // 3e6 bytes of 64 pJ, 1000 activates of 2 nJ, 10 refreshes of 60 nJ
  CHECK(energy.ddr_mj == doctest::Approx(3e6 * 64e-9 + 1000 * 2e-6 + 10 * 60e-6));
  CHECK(energy.l3_mj == doctest::Approx(0.5e6 * 8.8e-9));
  CHECK(energy.noc_mj == doctest::Approx(3.5e6 * 1e-9));
  CHECK(energy.l2_mj == doctest::Approx(2.1e-3));
  CHECK(energy.l1_mj == doctest::Approx(0.6e-3));
  CHECK(energy.dma_mj == doctest::Approx(0.5e-3));
  CHECK(energy.static_mj == doctest::Approx(0.5));  // 500 mW for 1 ms
  models::Activity activity;
  activity.layers = {layer, layer};
  CHECK(models::total_energy(activity, config, 1000).total_mj() == doctest::Approx(2 * energy.total_mj()));
}
