// Who gets L2's banks in which cycle.
#include "models/memory/stream_banks.h"

#include <doctest/doctest.h>

using mmasim::models::StreamBanks;
using User = StreamBanks::User;

namespace {
constexpr uint64_t kAccess = StreamBanks::kAccess;
}

TEST_CASE("l2 banks: the engine's port takes an access a cycle where nobody else runs") {
  StreamBanks banks(4, 15);
  CHECK(banks.serve(User::dma_write, 100, 32, 100) == 132);
}

TEST_CASE("l2 banks: one bank left is enough for one port") {
  StreamBanks banks(4, 15);
  for (const auto user : {User::panel, User::rows, User::results}) banks.book(user, 0, 1000, kAccess);
  CHECK(banks.serve(User::dma_write, 100, 32, 100) == 132);
  CHECK(banks.take_lost_cycles() == 0);
}

TEST_CASE("l2 banks: two ports share one bank, first come first served") {
  StreamBanks banks(4, 15);
  for (const auto user : {User::panel, User::rows, User::results}) banks.book(user, 0, 1000, kAccess);
  CHECK(banks.serve(User::dma_read, 100, 32, 100) == 132);  // takes the bank until 132
  // It may starve 15 cycles and then goes before the streams: rate 1000 / 16 = 62 thousandths. In 32 cycles
  // it has 1984 of 10000; the 8016 left take 9 cycles, the last not whole.
  CHECK(banks.serve(User::dma_write, 100, 10, 100) == 132 + 9);
  CHECK(banks.take_lost_cycles() == 1);  // 1.984 accesses in the array's place
  CHECK(banks.take_lost_cycles() == 0);
}

TEST_CASE("l2 banks: a stream holds an access until it ends, and not a cycle longer") {
  for (const uint64_t end : {109, 110, 111}) {
    StreamBanks banks(3, 999);
    for (const auto user : {User::panel, User::rows}) banks.book(user, 0, 1000, kAccess);
    banks.book(User::results, 0, end, kAccess);
    // In 999 cycles of a full house one access would get through: none in ten.
    const uint64_t starved_milli = end - 100;
    const uint64_t left = 1000 - starved_milli;
    CHECK(left > 0);
    CHECK(banks.serve(User::dma_read, 100, 1, 100) == end + 1);
  }
}

TEST_CASE("l2 banks: a fraction of an access is what the others lack") {
  StreamBanks banks(3, 15);
  banks.book(User::vectors, 0, 1000, 2 * kAccess + 500);
  CHECK(banks.serve(User::dma_read, 0, 10, 0) == 20);  // half an access a cycle
}

TEST_CASE("l2 banks: bookings that follow one another are one, with a gap they are two") {
  StreamBanks banks(3, 999);
  for (const auto user : {User::panel, User::rows}) banks.book(user, 0, 1000, kAccess);
  banks.book(User::results, 0, 50, kAccess);
  banks.book(User::results, 50, 100, kAccess);
  banks.book(User::results, 104, 200, kAccess);
  CHECK(banks.serve(User::dma_read, 60, 4, 60) ==
        104);  // the gap holds four accesses, less a little of before
}
