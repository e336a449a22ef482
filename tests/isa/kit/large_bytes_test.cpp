// Bytes in large pages against what a vector would do, and that growing finds zeros.
#include "isa/kit/large_bytes.h"

#include <doctest/doctest.h>

#include <vector>

namespace mmasim::isa {
namespace {

std::vector<uint8_t> all(const LargeBytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("large bytes: what they grow by is zeros, also where there were others before") {
  LargeBytes bytes = {1, 2, 3};
  bytes.reserve(100);
  CHECK(all(bytes) == std::vector<uint8_t>{1, 2, 3});
  bytes.resize(5);
  CHECK(all(bytes) == std::vector<uint8_t>{1, 2, 3, 0, 0});
  bytes[4] = 9;
  bytes.resize(2);
  bytes.resize(6);
  CHECK(all(bytes) == std::vector<uint8_t>{1, 2, 0, 0, 0, 0});
  bytes.clear();
  CHECK(bytes.empty());
  bytes.push_back(7);
  CHECK(all(bytes) == std::vector<uint8_t>{7});
}

TEST_CASE("large bytes: growing within reserved room moves nothing, also in large pages") {
  constexpr size_t kMegabyte = 1 << 20;
  LargeBytes bytes;
  bytes.reserve(9 * kMegabyte);
  bytes.resize(kMegabyte);
  const uint8_t* const at = bytes.data();
  bytes[kMegabyte - 1] = 5;
  bytes.resize(9 * kMegabyte);
  CHECK(bytes.data() == at);
  CHECK(bytes[kMegabyte - 1] == 5);
  CHECK(bytes[9 * kMegabyte - 1] == 0);
  bytes.resize(9 * kMegabyte + 1);
  CHECK(bytes[kMegabyte - 1] == 5);
  CHECK(bytes[9 * kMegabyte] == 0);
}

TEST_CASE("large bytes: a copy is its own, and what was moved from is empty") {
  LargeBytes bytes = {1, 2};
  LargeBytes copy = bytes;
  copy[0] = 3;
  CHECK(all(bytes) == std::vector<uint8_t>{1, 2});
  CHECK_FALSE(copy == bytes);
  bytes = std::move(copy);
  CHECK(all(bytes) == std::vector<uint8_t>{3, 2});
  const LargeBytes taken = std::move(bytes);
  CHECK(bytes.empty());
  CHECK(taken == LargeBytes{3, 2});
  CHECK(LargeBytes{} == LargeBytes{});
}

}  // namespace mmasim::isa
