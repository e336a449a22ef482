#include "models/memory/dram_timing.h"

#include <doctest/doctest.h>

using namespace mmasim::models;

namespace {

using Command = DramCommand;

// Issues commands one after another, each only where the rules allow it.
struct Probe {
  explicit Probe(const DramConfig& config = {}) : timing(config) {}

  void issue(Command command, uint32_t bank, uint64_t now) {
    REQUIRE(timing.earliest(command, bank) <= now);
    timing.issue(command, bank, now);
  }
  bool is_blocked(Command command, uint32_t bank, uint64_t now) const {
    return timing.earliest(command, bank) > now;
  }
  // Blocked in the cycle before, allowed in this one.
  bool opens_at(Command command, uint32_t bank, uint64_t cycle) const {
    return is_blocked(command, bank, cycle - 1) && !is_blocked(command, bank, cycle);
  }

  DramTiming timing;
};

DramConfig two_ranks() {
  DramConfig config;
  config.ranks = 2;
  return config;
}

}  // namespace

TEST_CASE(
    "dram timing: after an activate, tRCD to the bank's data, tRAS to its precharge, tRAS + tRP to its next "
    "activate") {
  Probe probe;
  probe.issue(Command::kActivate, 2, 100);
  CHECK(probe.opens_at(Command::kRead, 2, 139));       // tRCD 39
  CHECK(probe.opens_at(Command::kWrite, 2, 139));      // tRCD 39
  CHECK(probe.opens_at(Command::kPrecharge, 2, 190));  // tRAS 90
  CHECK(probe.opens_at(Command::kActivate, 2, 235));   // tRAS 90 + tRP 45
  CHECK_FALSE(probe.is_blocked(Command::kRead, 3, 101));
}

TEST_CASE("dram timing: another bank's activate waits tRRD") {
  Probe probe;
  probe.issue(Command::kActivate, 0, 100);
  CHECK(probe.opens_at(Command::kActivate, 1, 122));  // tRRD 22
}

TEST_CASE("dram timing: the fifth activate waits for the end of the first one's tFAW") {
  DramConfig config;
  config.trrd_cycles = 10;  // else four tRRD of 22 already cover tFAW
  Probe probe(config);
  for (uint32_t bank = 0; bank < 4; ++bank) probe.issue(Command::kActivate, bank, 100 + 10 * bank);
  CHECK(probe.opens_at(Command::kActivate, 4, 186));  // 100 + tFAW 86, not 130 + tRRD 10
  probe.issue(Command::kActivate, 4, 186);
  CHECK(probe.opens_at(Command::kActivate, 5, 196));  // the second one's window ended at 110 + 86
}

TEST_CASE(
    "dram timing: a precharge is followed by its bank's activate after tRP, by another precharge after "
    "tPPD") {
  Probe probe;
  probe.issue(Command::kActivate, 0, 0);
  probe.issue(Command::kActivate, 1, 22);
  probe.issue(Command::kPrecharge, 0, 200);
  CHECK(probe.opens_at(Command::kActivate, 0, 245));   // tRP 45
  CHECK(probe.opens_at(Command::kPrecharge, 1, 204));  // tPPD 4
}

TEST_CASE("dram timing: after a read, tCCD to the next read, tRTP to the precharge") {
  Probe probe;
  probe.issue(Command::kActivate, 0, 0);
  probe.issue(Command::kRead, 0, 200);
  CHECK(probe.opens_at(Command::kRead, 0, 208));       // tCCD 8
  CHECK(probe.opens_at(Command::kRead, 5, 208));       // the data bus is the rank's
  CHECK(probe.opens_at(Command::kPrecharge, 0, 216));  // tRTP 16
  CHECK_FALSE(probe.is_blocked(Command::kPrecharge, 5, 201));
}

TEST_CASE("dram timing: a write's data follows a read's after one idle cycle of the bus") {
  Probe probe;
  probe.issue(Command::kRead, 0, 200);
  // Read data 236..243, bus idle 244, write data from 245: command CWL 18 before.
  CHECK(probe.opens_at(Command::kWrite, 0, 227));
  CHECK(probe.opens_at(Command::kWrite, 7, 227));
}

TEST_CASE("dram timing: after a write's last data, tWTR to a read of the rank, tWR to the bank's precharge") {
  Probe probe;
  probe.issue(Command::kActivate, 0, 0);
  probe.issue(Command::kWrite, 0, 200);
  CHECK(probe.opens_at(Command::kWrite, 3, 208));      // tCCD 8
  CHECK(probe.opens_at(Command::kRead, 3, 248));       // CWL 18 + 8 of data + tWTR 22
  CHECK(probe.opens_at(Command::kPrecharge, 0, 265));  // CWL 18 + 8 of data + tWR 39
}

TEST_CASE("dram timing: tCCD longer than a burst rules, shorter does not") {
  DramConfig config;
  config.tccd_cycles = 12;
  Probe wide(config);
  wide.issue(Command::kRead, 0, 200);
  CHECK(wide.opens_at(Command::kRead, 0, 212));
  config.tccd_cycles = 4;
  Probe narrow(config);
  narrow.issue(Command::kRead, 0, 200);
  CHECK(narrow.opens_at(Command::kRead, 0, 208));
}

TEST_CASE(
    "dram timing: a refresh waits tRP after the last precharge and blocks its rank's activates for tRFC") {
  Probe probe(two_ranks());
  probe.issue(Command::kActivate, 3, 0);
  probe.issue(Command::kPrecharge, 3, 200);
  CHECK(probe.opens_at(Command::kRefresh, 0, 245));  // tRP 45
  probe.issue(Command::kRefresh, 0, 245);
  CHECK(probe.opens_at(Command::kActivate, 0, 842));  // tRFC 597
  CHECK(probe.opens_at(Command::kActivate, 7, 842));
  CHECK_FALSE(probe.is_blocked(Command::kActivate, 8, 246));  // the other rank goes on
}

TEST_CASE(
    "dram timing: an access that closes its row precharges at tRTP or tWR by itself, never before tRAS") {
  Probe late;
  late.issue(Command::kActivate, 0, 0);
  late.issue(Command::kReadThenPrecharge, 0, 200);
  CHECK(late.opens_at(Command::kActivate, 0, 261));  // tRTP 16 + tRP 45
  CHECK(late.opens_at(Command::kRefresh, 0, 261));
  CHECK(late.opens_at(Command::kRead, 1, 208));
  CHECK(late.opens_at(Command::kWrite, 1, 227));
  Probe early;
  early.issue(Command::kActivate, 0, 0);
  early.issue(Command::kReadThenPrecharge, 0, 39);
  CHECK(early.opens_at(Command::kActivate, 0, 135));  // tRAS 90 + tRP 45, later than 39 + 61
  Probe write;
  write.issue(Command::kActivate, 0, 0);
  write.issue(Command::kWriteThenPrecharge, 0, 200);
  CHECK(write.opens_at(Command::kActivate, 0, 310));  // CWL 18 + 8 of data + tWR 39 + tRP 45
  CHECK(write.opens_at(Command::kRead, 1, 248));
}

TEST_CASE("dram timing: ranks share the data bus with an idle cycle between them, and nothing else") {
  Probe probe(two_ranks());
  probe.issue(Command::kActivate, 0, 100);
  CHECK_FALSE(probe.is_blocked(Command::kActivate, 8, 101));  // no tRRD across ranks
  probe.issue(Command::kRead, 0, 200);
  CHECK(probe.opens_at(Command::kRead, 8, 209));   // 8 of data and 1 idle
  CHECK(probe.opens_at(Command::kWrite, 8, 227));  // as within the rank
  Probe write(two_ranks());
  write.issue(Command::kWrite, 0, 200);
  CHECK(write.opens_at(Command::kWrite, 8, 209));
  // Write data 218..225, idle 226, read data from 227: CL 36 before that would be 191, so the next cycle.
  CHECK(write.opens_at(Command::kRead, 8, 201));
}
