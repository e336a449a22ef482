#include "models/dsp/stall.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "traces/ledger.h"

using namespace mmasim;
using traces::Cause;

namespace {

// What a wait until the end of a descriptor is booked as, in a layer of nothing else.
std::map<std::string, uint64_t> stalls_of(uint64_t begin, uint64_t end, const models::SignalOrigin& origin) {
  traces::Ledger ledger(1);
  models::Probe probe(0, ledger);
  probe.piece(models::Kind::issue, 0, begin);
  models::tell_stall(probe, begin, end, origin);
  return ledger.finish(end).layers[0].stall_cycles;
}

}  // namespace

TEST_CASE("stall: the wait before and during a transfer is the memory's, in between the engine's") {
  const auto stalls = stalls_of(0, 100, {1, Cause::ddr, 20, 50});
  CHECK(stalls.at("ddr") == 20 + 50);
  CHECK(stalls.at("dma_start") == 30);
}

TEST_CASE("stall: a wait that begins when bytes already move is all the memory's") {
  const auto stalls = stalls_of(60, 100, {1, Cause::l3, 20, 50});
  CHECK(stalls.at("l3") == 40);
  CHECK(stalls.count("dma_start") == 0);
}

TEST_CASE("stall: the share in which the descriptor waited for others is that memory's") {
  models::SignalOrigin origin{1, Cause::ddr, 0, 0};
  origin.access_cycles = 200;  // of chunks beside each other
  origin.l2_contention_cycles = 20;
  origin.l3_contention_cycles = 50;
  const auto stalls = stalls_of(20, 100, origin);
  CHECK(stalls.at("l2") == 8);
  CHECK(stalls.at("l3") == 20);
  CHECK(stalls.at("ddr") == 80 - 8 - 20);
}
