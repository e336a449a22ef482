// Why a layer's time changes: shares and ratios of hand-made layers, worked out beside each.
#include "sim/report/layer_change.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace mmasim;
using namespace mmasim::sim;

namespace {

// busy: of the array; whatever the parts leave of `cycles` is a defect of the test.
LayerStats layer(const std::string& precision, uint64_t busy, uint64_t ddr_stall, uint64_t overhead,
                 uint64_t ddr_bytes) {
  LayerStats row;
  row.name = "conv";
  row.precision = precision;
  row.cycles = busy + ddr_stall + overhead;
  row.mma_cycles = busy;
  row.dsp_cycles = 0;
  row.overhead_cycles = overhead;
  row.stall_cycles = std::map<std::string, uint64_t>{{"ddr", ddr_stall}};
  row.ddr_read_bytes = ddr_bytes;
  row.ddr_write_bytes = 0;
  row.bound = busy > ddr_stall ? "mma" : "ddr";
  return row;
}

LayerChange only_change(const LayerStats& first, const LayerStats& now) {
  const isa::Machine machine;
  const std::vector<LayerStats> before{first}, after{now};
  const auto all = changes({before, machine}, {after, machine});
  REQUIRE(all.size() == 1);
  return all[0];
}

}  // namespace

TEST_CASE("layer change: causes of cycles add up to the layer's, and the array comes first where both work") {
  auto row = layer("int8", 50, 30, 10, 0);
  row.cycles = 110;
  row.dsp_cycles = 40;  // of which 20 beside the array: 110 - 30 - 10 = 70 busy
  CHECK(cycles_by_cause(row) == CauseCycles{50, 20, 30, 0, 0, 0, 10});
  row.stall_cycles = std::map<std::string, uint64_t>{{"ddr", 5}, {"l2", 4}, {"dma_start", 20}, {"sync", 1}};
  CHECK(cycles_by_cause(row) == CauseCycles{50, 20, 5, 0, 4, 21, 10});
}

TEST_CASE("layer change: an array-bound layer follows the array's peak") {
  // 80 of 100 cycles -> 320 of 345
  const auto change = only_change(layer("int8", 80, 10, 10, 1000), layer("int16", 320, 15, 10, 2000));
  CHECK(*change.ratio == 3.45);
  CHECK(*change.cause == "mma");
  CHECK(*change.first_share == 0.8);
  CHECK(*change.cause_ratio == 4.0);
  CHECK(change.reason == "array busy 80% -> 93% of its time, cycles x4 (peak of the array x0.25)");
}

TEST_CASE("layer change: a memory-bound layer follows its bytes") {
  const auto change = only_change(layer("int8", 10, 80, 10, 1000), layer("int16", 40, 160, 10, 2000));
  CHECK(*change.ratio == 2.1);
  CHECK(*change.cause == "ddr");
  CHECK(*change.cause_ratio == 2.0);
  CHECK(*change.first_bound == "ddr");
  CHECK(change.reason == "waits for DDR 80% -> 76% of its time, cycles x2 (bytes of DDR x2)");
}

TEST_CASE("layer change: an overhead-bound layer hardly changes") {
  const auto change = only_change(layer("int8", 5, 5, 90, 100), layer("int16", 20, 10, 90, 200));
  CHECK(*change.ratio == 1.2);
  CHECK(*change.cause == "overhead");
  CHECK(change.reason == "set-up and issue 90% -> 75% of its time, cycles x1");
}

TEST_CASE("layer change: layers are matched by name and by their order among equals") {
  const isa::Machine machine;
  auto a = layer("int8", 10, 0, 0, 0), b = a, c = a;
  b.name = "other";
  c.cycles = 30;
  c.mma_cycles = 30;
  const std::vector<LayerStats> before{a, c}, after{b, a, c, a};
  const auto all = changes({before, machine}, {after, machine});
  REQUIRE(all.size() == 4);
  CHECK_FALSE(all[0].first_layer.has_value());
  CHECK(all[0].reason == "the first run has no such layer");
  CHECK(*all[1].first_layer == 0);
  CHECK(*all[2].first_layer == 1);
  CHECK(*all[2].ratio == 1.0);
  CHECK_FALSE(all[3].first_layer.has_value());
}

TEST_CASE("layer change: no time in the first run gives no ratio") {
  const auto change = only_change(layer("int8", 0, 0, 0, 0), layer("int16", 10, 0, 0, 0));
  CHECK_FALSE(change.ratio.has_value());
  CHECK_FALSE(change.cause_ratio.has_value());
  CHECK(*change.cause == "mma");
  CHECK(only_change(layer("int8", 0, 0, 0, 0), layer("int8", 0, 0, 0, 0)).reason == "takes no time");
}
