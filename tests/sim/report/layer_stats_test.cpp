// Rows of the report from hand-made activities: what bounds a layer, and sums that must hold.
#include "sim/report/layer_stats.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "sim/report/layer_table.h"
#include "sim/report/total_stats.h"

using namespace mmasim;

namespace {

models::LayerActivity activity_of(uint64_t start, uint64_t end, uint64_t busy, uint64_t overhead,
                                  std::map<std::string, uint64_t> stalls) {
  models::LayerActivity activity;
  activity.start_cycle = start;
  activity.end_cycle = end;
  activity.mma_cycles = activity.core_busy_cycles = busy;
  activity.overhead_cycles = overhead;
  activity.stall_cycles = std::move(stalls);
  return activity;
}

isa::Program two_layers() {
  isa::Program program;
  program.precision = "int8";
  isa::LayerInfo layer;
  layer.precision = "int8";
  layer.name = "first";
  layer.macs = 4096 * 50;
  program.layers.push_back(layer);
  layer.name = "second";
  layer.precision = "int16";
  layer.macs = 1024 * 10;
  program.layers.push_back(layer);
  return program;
}

models::Activity two_activities() {
  models::Activity activity;
  activity.layers = {activity_of(0, 100, 60, 10, {{"ddr", 30}}), activity_of(100, 140, 20, 20, {})};
  activity.total_cycles = 140;
  return activity;
}

}  // namespace

TEST_CASE("bound: the largest share of a layer's time, stalls counting for their memory") {
  CHECK(sim::bound_of(activity_of(0, 100, 60, 10, {{"ddr", 30}})) == "mma");
  CHECK(sim::bound_of(activity_of(0, 100, 30, 10, {{"ddr", 60}})) == "ddr");
  CHECK(sim::bound_of(activity_of(0, 100, 30, 10, {{"l3", 60}})) == "l3");
  CHECK(sim::bound_of(activity_of(0, 100, 30, 10, {{"l2", 60}})) == "l2");
  CHECK(sim::bound_of(activity_of(0, 100, 30, 70, {})) == "overhead");
}

TEST_CASE("bound: starts and full queues of the DMA are overhead, and add up with it") {
  // 40 busy against 20 + 15 + 10 = 45
  CHECK(sim::bound_of(activity_of(0, 85, 40, 20, {{"dma_start", 15}, {"dma_queue", 10}})) == "overhead");
  CHECK(sim::bound_of(activity_of(0, 80, 40, 20, {{"dma_start", 15}, {"dma_queue", 5}})) ==
        "mma");  // 40 : 40
}

TEST_CASE("bound: the DSP, and a layer that takes no time") {
  auto activity = activity_of(0, 100, 10, 10, {});
  activity.dsp_cycles = 80;
  CHECK(sim::bound_of(activity) == "dsp");
  CHECK(sim::bound_of(models::LayerActivity{}) == "overhead");
}

TEST_CASE("bound: a layer says how much of its time that is") {
  const auto bound = sim::bound_with_cycles(activity_of(0, 100, 30, 10, {{"ddr", 50}, {"dma_start", 10}}));
  CHECK(bound.name == "ddr");
  CHECK(bound.cycles == 50);
  const auto activity = two_activities();
  const auto rows = sim::layer_stats(two_layers(), models::SocConfig{}, &activity);
  CHECK(sim::to_json(sim::layer_stat_keys(), rows[0])["bound_share"] == 0.6);
}

TEST_CASE("totals: rates are of all cores, counts of one network") {
  const auto activity = two_activities();
  models::SocConfig config;
  const auto one = sim::to_json(sim::total_stat_keys(), sim::total_stats(two_layers(), config, &activity));
  config.cores = 4;
  const auto four = sim::to_json(sim::total_stat_keys(), sim::total_stats(two_layers(), config, &activity));
  CHECK(four["cores"] == 4);
  CHECK(four["cycles"] == one["cycles"]);
  CHECK(four["macs"] == one["macs"]);
  CHECK(four["inferences_per_second"].get<double>() == 4 * one["inferences_per_second"].get<double>());
  CHECK(four["tops"].get<double>() == doctest::Approx(4 * one["tops"].get<double>()));
  // Static power is the part's: a quarter of it is one network's.
  CHECK(four["energy"]["static_mj"].get<double>() ==
        doctest::Approx(one["energy"]["static_mj"].get<double>() / 4));
}

TEST_CASE("layer rows: use is against the peak of the layer's own precision") {
  const auto activity = two_activities();
  const auto rows = sim::layer_stats(two_layers(), models::SocConfig{}, &activity);
  REQUIRE(rows.size() == 2);
  const auto first = sim::to_json(sim::layer_stat_keys(), rows[0]);
  CHECK(first["cycles"] == 100);
  CHECK(first["macs_per_cycle"] == 2048.0);
  CHECK(first["mma_utilization"] == 0.5);  // of 64 x 64
  const auto second = sim::to_json(sim::layer_stat_keys(), rows[1]);
  CHECK(second["macs_per_cycle"] == 256.0);
  CHECK(second["mma_utilization"] == 0.25);  // of 32 x 32
  CHECK(second["start_cycle"] == 100);
}

TEST_CASE("layer rows: layers that leave a gap, overlap or end early are a defect") {
  const auto program = two_layers();
  auto activity = two_activities();
  activity.layers[1].start_cycle = 101;
  CHECK_THROWS_AS(sim::layer_stats(program, models::SocConfig{}, &activity), std::logic_error);
  activity = two_activities();
  activity.total_cycles = 141;
  CHECK_THROWS_AS(sim::layer_stats(program, models::SocConfig{}, &activity), std::logic_error);
  activity = two_activities();
  activity.layers.pop_back();
  CHECK_THROWS_AS(sim::layer_stats(program, models::SocConfig{}, &activity), std::logic_error);
}

TEST_CASE("layer rows: cycles that are not busy, overhead or stalled are a defect that shows both numbers") {
  auto activity = two_activities();
  activity.layers[0].overhead_cycles = 9;
  CHECK_THROWS_WITH_AS(sim::layer_stats(two_layers(), models::SocConfig{}, &activity),
                       "layer first takes 100 cycles, its parts add up to 99", std::logic_error);
}

TEST_CASE("peak: 64, 32 and 16 rows and columns at 8, 16 and 32 bits") {
  CHECK(sim::peak_macs_per_cycle(isa::Machine{}, "int8") == 4096);
  CHECK(sim::peak_macs_per_cycle(isa::Machine{}, "int16") == 1024);
  CHECK(sim::peak_macs_per_cycle(isa::Machine{}, "int32") == 256);
}

TEST_CASE("layers.csv: lists and causes are one cell each, what is not known is empty") {
  auto program = two_layers();
  program.layers[0].operators = {"a", "b,c"};
  const auto activity = two_activities();
  const auto rows = sim::layer_stats(program, models::SocConfig{}, &activity);
  const auto csv = sim::layer_csv(rows).csv();
  CHECK(csv.find("first,\"a;b,c\",") != std::string::npos);
  CHECK(csv.find(",ddr=30,") != std::string::npos);
  const auto untimed = sim::layer_csv(sim::layer_stats(program, models::SocConfig{}, nullptr)).csv();
  CHECK(untimed.find("second,,,int16,10240," + std::string(25, ',') + "0,") != std::string::npos);
}

TEST_CASE("layer rows: the array's busy cycles are useful, edges, panel loads or drains") {
  auto activity = two_activities();
  activity.layers[0].array_rows = 48;         // 50 full rows' worth of products
  activity.layers[0].array_empty_cycles = 5;  // 53 cycles of walks
  activity.layers[0].array_load_cycles = 4;
  activity.layers[1].array_rows = 12;  // 10 rows' worth
  const auto rows = sim::layer_stats(two_layers(), models::SocConfig{}, &activity);
  CHECK(rows[0].mma_useful_cycles == 50);
  CHECK(rows[0].mma_edge_cycles == 3);
  CHECK(rows[0].mma_load_cycles == 4);
  CHECK(rows[0].mma_drain_cycles == 60 - 50 - 3 - 4);
  CHECK(rows[1].mma_useful_cycles == 10);
  CHECK(rows[1].mma_edge_cycles == 2);
  CHECK(rows[1].mma_load_cycles == 0);
  CHECK(rows[1].mma_drain_cycles == 8);
}

TEST_CASE("layer rows: the vector core's products are no useful cycle of the array") {
  auto activity = two_activities();
  activity.layers[0].mma_cycles = 0;
  activity.layers[0].dsp_cycles = 60;
  const auto rows = sim::layer_stats(two_layers(), models::SocConfig{}, &activity);
  CHECK(rows[0].mma_useful_cycles == 0);
  CHECK(rows[0].mma_edge_cycles == 0);
}

TEST_CASE("layer table: where most of the array's time serves no product, the bound says what it serves") {
  auto activity = two_activities();
  activity.layers[0].array_rows = 50;
  activity.layers[1].mma_cycles = activity.layers[1].core_busy_cycles = 40;
  activity.layers[1].overhead_cycles = 0;
  activity.layers[1].array_rows = 4;
  activity.layers[1].array_empty_cycles = 28;
  auto program = two_layers();
  program.layers[1].macs = 1024 * 4;
  const auto rows = sim::layer_stats(program, models::SocConfig{}, &activity);
  const auto table = sim::layer_table(rows, {});
  CHECK(table.rows[0].back() == "mma 60%");  // 50 useful, 10 drains
  CHECK(table.rows[1].back() == "mma 100% (edges 70%)");
  CHECK(table.rows[1][5] == "10.0%");  // its use
}
