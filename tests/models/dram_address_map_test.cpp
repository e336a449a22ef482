#include "models/memory/dram_address_map.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/kit/property.h"

using namespace mmasim::models;
using namespace mmasim::tests;

namespace {

DramConfig four_channels(const std::string& mapping) {
  DramConfig config;
  config.channels = 4;
  config.ranks = 2;
  config.address_mapping = mapping;
  return config;
}

}  // namespace

TEST_CASE("dram address map: column, then bank, then row, above the 64 bytes of a burst") {
  const DramAddressMap map{DramConfig{}};
  // 16 columns of 4 bytes a burst; a row is 1024 columns = 4096 bytes, a row of all 8 banks 32768 bytes.
  CHECK(map.locate(0) == DramLocation{0, 0, 0, 0, 0});
  CHECK(map.locate(63) == DramLocation{0, 0, 0, 0, 0});
  CHECK(map.locate(64) == DramLocation{0, 0, 0, 0, 16});
  CHECK(map.locate(4096) == DramLocation{0, 0, 1, 0, 0});
  CHECK(map.locate(32768) == DramLocation{0, 0, 0, 1, 0});
  CHECK(map.locate((1ull << 31) - 1) == DramLocation{0, 0, 7, 65535, 1008});
  CHECK(map.locate(1ull << 31) == map.locate(0));  // 2 GiB: wraps
}

TEST_CASE("dram address map: a field may be cut in two around others") {
  // Bursts alternate between the four channels every 4 bursts (256 bytes); the column's upper bits come
  // above.
  const DramAddressMap map{four_channels("column:2 channel bank rank column row")};
  CHECK(map.locate(256).channel == 1);
  CHECK(map.locate(1024) == DramLocation{0, 0, 1, 0, 0});
  CHECK(map.locate(8192).rank == 1);
  CHECK(map.locate(16384).column == 64);  // bit 2 of the burst's place in the row: 4 bursts of 16 columns
}

TEST_CASE("dram address map: every burst has one place, and the place gives it back") {
  for (const char* mapping :
       {"column bank rank channel row", "channel column rank bank row", "row bank column channel rank",
        "column:2 channel column:1 bank row:5 rank column row"}) {
    const DramConfig config = four_channels(mapping);
    const DramAddressMap map{config};
    CHECK(holds(mapping, [&] {
      const uint64_t address = draw_in_range<uint64_t>(0, config.capacity_bytes());
      const DramLocation location = map.locate(address);
      PROPERTY_ASSERT(map.address(location) == address / 64 * 64);
      PROPERTY_ASSERT(location.channel < 4u);
      PROPERTY_ASSERT(location.rank < 2u);
      PROPERTY_ASSERT(location.bank < 8u);
      PROPERTY_ASSERT(map.bank_of(address / 64) == location.rank * 8 + location.bank);
      PROPERTY_ASSERT(map.row_of(address / 64) == location.row);
    }));
  }
}

TEST_CASE("dram address map: the bursts of a request that a channel gets are those one finds by walking") {
  for (const char* mapping : {"channel column bank rank row", "column:2 channel column bank rank row"}) {
    const DramAddressMap map{four_channels(mapping)};
    CHECK(holds(mapping, [&] {
      const uint64_t first = draw_in_range<uint64_t>(0, 200);
      const uint64_t end = first + draw_in_range<uint64_t>(0, 100);
      for (uint32_t channel = 0; channel < 4; ++channel) {
        uint64_t next = map.first_in_channel(channel, first);
        uint64_t count = 0;
        for (uint64_t burst = first; burst < end; ++burst) {
          if (map.locate(burst * 64).channel != channel) continue;
          PROPERTY_ASSERT(next == burst);
          next = map.next_in_channel(next);
          ++count;
        }
        PROPERTY_ASSERT(map.count_in_channel(channel, first, end) == count);
      }
    }));
  }
}

TEST_CASE("dram address map: a mapping that does not fit is refused with its reason") {
  const auto fault = [](const std::string& mapping) {
    return dram_config_fault(four_channels(mapping)).value_or("");
  };
  CHECK(fault("column bank rank channel") ==
        "address_mapping is \"column bank rank channel\": 16 bits of row are nowhere");
  CHECK(fault("column bank rank channel row lane").find("no field 'lane'") != std::string::npos);
  CHECK(fault("column:7 bank rank channel row").find("takes more than the 6 bits left of column") !=
        std::string::npos);
  CHECK(fault("column:x bank rank channel row").find("expected field:N") != std::string::npos);
  CHECK(fault("column bank rank channel:1 row channel").find("bits of channel are apart") !=
        std::string::npos);
  CHECK(fault("column bank rank channel row") == "");
}

TEST_CASE("dram config: what a single key's range cannot say") {
  const auto fault_of = [](auto change) {
    DramConfig config;
    change(config);
    return dram_config_fault(config).value_or("");
  };
  CHECK(fault_of([](DramConfig& c) { c.banks = 6; }) == "banks is 6; expected a power of two");
  CHECK(fault_of([](DramConfig& c) { c.banks = 64, c.ranks = 2; }) ==
        "ranks x banks is 128; expected 64 or fewer");
  CHECK(fault_of([](DramConfig& c) { c.page_policy = "ajar"; }) ==
        "page_policy is \"ajar\"; expected open or closed");
  // tRFC 597 + tRP 45 + tRAS 90 + tWR 39 + CL 36 + CWL 18 + 8 for the burst
  CHECK(fault_of([](DramConfig& c) { c.trefi_cycles = 833; }).find("expected more than 833") !=
        std::string::npos);
  CHECK(fault_of([](DramConfig& c) { c.trefi_cycles = 834; }) == "");
}

TEST_CASE("dram config: the defaults are the reference's") {
  const DramConfig config;
  CHECK(config.burst_bytes() == 64);
  CHECK(config.burst_cycles() == 8);
  CHECK(config.capacity_bytes() == 1ull << 31);
  CHECK(config.peak_gbps() == doctest::Approx(17.0667).epsilon(1e-5));
}
