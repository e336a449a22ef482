// What lowering is told of the DDR's rate.
#include <doctest/doctest.h>

#include "sim/experiment/pipeline.h"

using namespace mmasim;

TEST_CASE("cost model: channels count as far as one stream reaches them") {
  models::SocConfig config;  // LPDDR4-4266 of 32 bits: 4 bytes * 2 / 0.46875 ns = 17.067 GB/s, at 1 GHz
  const double one = 0.7 * 4 * 2 / 0.46875;
  CHECK(sim::cost_model(config).ddr_bytes_per_cycle == doctest::Approx(one));
  // The channel above column and bank: 32 KiB in one channel, more than the 16 KiB that the engine holds.
  config.dram.channels = 4;
  config.interconnect.ddr_bytes_per_cycle = 128;
  CHECK(sim::cost_model(config).ddr_bytes_per_cycle == doctest::Approx(one));
  // Every second burst in another channel.
  config.dram.address_mapping = "column:1 channel column bank rank row";
  CHECK(sim::cost_model(config).ddr_bytes_per_cycle == doctest::Approx(4 * one));
  config.interconnect.ddr_bytes_per_cycle = 32;
  CHECK(sim::cost_model(config).ddr_bytes_per_cycle == 32);
}
