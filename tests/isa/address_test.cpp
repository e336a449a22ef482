#include "isa/address.h"

#include <doctest/doctest.h>

#include <stdexcept>

using mmasim::isa::Address;
using mmasim::isa::Space;

TEST_CASE("address: an offset that the map does not have is a defect, not another address") {
  const auto last = Address::in(Space::l2, (uint64_t{1} << 40) - 1);
  CHECK(last.raw == 0x1ffffffffff);
  CHECK(last.space() == Space::l2);
  CHECK_THROWS_WITH_AS(Address::in(Space::l2, uint64_t{1} << 40),
                       "address: offset 1099511627776 is not below 2^40", std::logic_error);
}
