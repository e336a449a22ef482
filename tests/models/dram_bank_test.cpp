#include "models/memory/dram_bank.h"

#include <doctest/doctest.h>

using namespace mmasim::models;

namespace {

constexpr uint32_t kRowHitLimit = 4;
constexpr bool kRead = false, kWrite = true;

}  // namespace

TEST_CASE("dram bank: an empty queue wishes for nothing, a closed bank for the row of its oldest entry") {
  DramBank bank;
  CHECK_FALSE(bank.wishes(kRowHitLimit).activate);
  bank.append(0, 7, kRead);
  CHECK(bank.wishes(kRowHitLimit).activate);
  bank.activate();
  CHECK(bank.wishes(kRowHitLimit).read == 0);
  CHECK(bank.wishes(kRowHitLimit).write == DramBank::kNone);
}

TEST_CASE("dram bank: hits of the open row overtake an older miss, which precharges once none is left") {
  DramBank bank;
  bank.append(10, 7, kRead);
  bank.activate();
  bank.append(11, 8, kRead);
  bank.append(12, 7, kWrite);
  bank.append(13, 7, kRead);
  CHECK(bank.access(0) == 10);
  CHECK(bank.wishes(kRowHitLimit).write == 1);
  CHECK(bank.wishes(kRowHitLimit).read == 2);
  CHECK_FALSE(bank.wishes(kRowHitLimit).precharge);
  CHECK(bank.access(2) == 13);
  CHECK(bank.access(1) == 12);
  CHECK(bank.wishes(kRowHitLimit).precharge);
  bank.precharge();
  CHECK(bank.wishes(kRowHitLimit).activate);
  CHECK(bank.burst(0) == 11);
}

TEST_CASE("dram bank: a miss that has been overtaken until the row has had its four accesses may precharge") {
  DramBank bank;
  bank.append(0, 7, kRead);
  bank.activate();
  bank.append(1, 8, kRead);
  for (BurstIndex burst = 2; burst < 8; ++burst) bank.append(burst, 7, kRead);
  bank.access(0);
  for (int hit = 2; hit <= 3; ++hit) bank.access(1);
  CHECK(bank.hits() == 3);
  CHECK_FALSE(bank.wishes(kRowHitLimit).precharge);
  bank.access(1);
  CHECK(bank.wishes(kRowHitLimit).precharge);
  CHECK(bank.wishes(kRowHitLimit).read == 1);  // and the hit may still be first if it is ready first
}

TEST_CASE("dram bank: an entry that changes no wish is told from one that does") {
  DramBank bank;
  bank.append(0, 7, kRead);
  CHECK_FALSE(bank.is_last_of_no_account(DramBank::Wishes{}));
  bank.append(1, 8, kRead);  // the bank is closed: its first entry decides
  CHECK(bank.is_last_of_no_account(bank.wishes(kRowHitLimit)));
  bank.activate();
  const DramBank::Wishes wishes = bank.wishes(kRowHitLimit);
  bank.append(2, 9, kRead);  // a miss behind others
  CHECK(bank.is_last_of_no_account(wishes));
  bank.append(3, 7, kRead);  // a hit behind a hit
  CHECK(bank.is_last_of_no_account(wishes));
  bank.append(4, 7, kWrite);  // the first hit of a write
  CHECK_FALSE(bank.is_last_of_no_account(wishes));
}
