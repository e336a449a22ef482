// `mmasim advise`: effects that equal those of single runs, and what is said of them.
#include "sim/advice/advice.h"

#include <algorithm>

#include "sim/advice/findings.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

LayerStats layer_of(const std::string& name, uint64_t cycles, const std::string& bound, uint64_t tiles) {
  LayerStats layer;
  layer.name = name;
  layer.cycles = cycles;
  layer.bound = bound;
  layer.tiles = tiles;
  return layer;
}

// Layers a and b; 1000 bytes of DDR and 2 mJ.
RunReport report_of(uint64_t a, uint64_t b, uint64_t tiles = 1) {
  RunReport report;
  report.network.name = "net";
  report.totals.cycles = a + b;
  report.totals.time_ms = 1;
  report.totals.energy_mj = 2;
  report.totals.ddr_read_bytes = 600;
  report.totals.ddr_write_bytes = 400;
  report.layers = {layer_of("a", a, "mma", tiles), layer_of("b", b, "overhead", 1)};
  return report;
}

Tried tried(const std::string& change, Expected expected, const RunReport& report) {
  Tried each;
  each.alternative.change = change;
  each.alternative.kind = "hardware";
  each.alternative.expected = expected;
  each.report = report;
  return each;
}

bool says(const Advice& advice, const std::string& text) {
  for (const auto& finding : advice.findings) {
    if (finding.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("advice: changes are sorted, with their ratios and the layers behind them") {
  const auto base = report_of(600, 400);
  Tried refused = tried("array x4", Expected::faster, base);
  refused.report.reset();
  refused.not_run = "mma.array_bytes is 256";
  const auto advice = advice_of(base, {tried("slow", Expected::slower, report_of(900, 400)), refused,
                                       tried("fast", Expected::faster, report_of(590, 310))});
  REQUIRE(advice.changes.size() == 3);
  CHECK(advice.changes[0].change == "fast");
  CHECK(advice.changes[0].ratio == doctest::Approx(0.9));            // 900 / 1000
  CHECK(advice.changes[0].layers == std::vector<std::string>{"b"});  // 90 of the 100 cycles
  CHECK(advice.changes[1].change == "slow");
  CHECK(advice.changes[1].layers == std::vector<std::string>{"a"});
  CHECK(advice.changes[2].refused == "mma.array_bytes is 256");
  CHECK(!advice.changes[2].cycles);
  CHECK(says(advice, "the array's arithmetic 60.0 %, set-up and other fixed costs 40.0 %"));
  CHECK(says(advice, "Of the hardware, helps most: fast: -10.0 % (900 cycles), most of it in b."));
  CHECK(says(advice, "array x4 was not run: mma.array_bytes is 256."));
}

TEST_CASE("advice: a change that should help and does not is told with the layers it cut anew") {
  const auto advice =
      advice_of(report_of(600, 400), {tried("L2 x2", Expected::faster, report_of(620, 400, 2))});
  CHECK(advice.changes[0].rescheduled == std::vector<std::string>{"a"});
  CHECK(says(advice,
             "L2 x2: +2.0 %, although it gives the network more to work with: it cuts a in another way."));
  CHECK(says(advice, "No change of the hardware makes it faster; the nearest is L2 x2: +2.0 %."));
}

TEST_CASE("advice: layers that wait for a memory are named, the longest first") {
  CHECK(says(advice_of(report_of(600, 400), {}), "No layer is bound by a memory."));
  auto base = report_of(600, 300);
  base.layers.push_back(layer_of("c", 100, "l3", 1));
  base.layers[1].bound = "ddr";
  base.totals.cycles = 1000;
  CHECK(says(advice_of(base, {}), "Bound by a memory: b (30.0 %, DDR), c (10.0 %, L3)."));
}

TEST_CASE("advice: what can be halved at no cost is told") {
  const auto advice =
      advice_of(report_of(600, 400), {tried("L3 halved", Expected::slower, report_of(601, 400))});
  CHECK(says(advice, "Costs less than 0.5 %, so there is more of it than this network needs: L3 halved."));
}

TEST_CASE("advise: each effect is that of a run with the overrides it names") {
  const TemporaryFolder folder("advise");
  const auto said = command_line("advise " + kLenet + " --json --quiet --threads 2");
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto advice = nlohmann::json::parse(said.out);
  CHECK(advice["schema"] == "mmasim.advise/1");
  size_t compared = 0;
  for (const auto& change : advice["changes"]) {
    if (change["change"] != "DDR rate halved" && change["change"] != "set-up costs halved") continue;
    std::string options = " --timing-only --quiet --format json --out " + folder.file("out");
    for (const auto& set : change["set"]) options += " --set " + set.get<std::string>();
    const auto run = command_line("run " + kLenet + options);
    REQUIRE(run.exit_code == 0);
    CHECK(nlohmann::json::parse(run.out)["totals"]["cycles"] == change["cycles"]);
    CHECK(change["ratio"].get<double>() ==
          doctest::Approx(change["cycles"].get<double>() / advice["base"]["cycles"].get<double>()));
    ++compared;
  }
  CHECK(compared == 2);
  for (const auto* kind : {"hardware", "precision", "layer"}) {
    CAPTURE(kind);
    const auto& changes = advice["changes"];
    CHECK(std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
      return change["kind"] == kind && !change["cycles"].is_null();
    }));
  }
}

TEST_CASE("advice: the best that was tried for a layer leaves the hardware as it is") {
  auto cut = tried("other rule", Expected::either, report_of(500, 420));
  cut.alternative.kind = "layer";
  auto narrow = tried("precision int8", Expected::either, report_of(550, 100));
  narrow.alternative.kind = "precision";
  const auto advice =
      advice_of(report_of(600, 400), {tried("fast", Expected::faster, report_of(1, 1)), cut, narrow});
  REQUIRE(advice.layers.size() == 2);
  CHECK(advice.layers[0].layer == "b");  // saves 300
  CHECK(advice.layers[0].change == "precision int8");
  CHECK(advice.layers[0].best_cycles == 100);
  CHECK(advice.layers[0].ratio == doctest::Approx(0.25));
  CHECK(advice.layers[1].layer == "a");  // saves 100
  CHECK(advice.layers[1].change == "other rule");
}

TEST_CASE("advice: the best of the hardware, of the quantization and of the network are told apart") {
  auto layer = tried("conv at 8 bits", Expected::either, report_of(550, 400));
  layer.alternative.kind = "layer";
  layer.alternative.set_quant = {"weight.bits@name:conv=8"};
  layer.alternative.single = SingleLayer{"conv", "at 8 bits"};
  auto end = tried("without b", Expected::either, report_of(600, 400));
  end.alternative.kind = "network";
  end.report->layers.pop_back();
  end.report->totals.cycles = 600;
  const auto advice =
      advice_of(report_of(600, 400), {tried("fast", Expected::faster, report_of(590, 310)), layer, end});
  CHECK(says(advice, "Of the hardware, helps most: fast: -10.0 % (900 cycles)"));
  CHECK(says(advice, "Of the quantization, helps most: conv at 8 bits: -5.0 % (950 cycles)"));
  CHECK(says(advice, "Of the network, helps most: without b: -40.0 % (600 cycles), most of it in b."));
  CHECK(says(advice, "One layer at 8 bits: conv -5.0 % (1 tried)."));
}

TEST_CASE("advise: a layer at another width is the run with the quantization overrides it names") {
  const TemporaryFolder folder("advise");
  const auto said = command_line("advise " + kLenet + " --precision int16 --json --quiet --threads 2");
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  const auto advice = nlohmann::json::parse(said.out);
  size_t compared = 0;
  for (const auto& change : advice["changes"]) {
    if (change["set_quant"].empty() || change["cycles"].is_null()) continue;
    CAPTURE(change["change"]);
    std::string options =
        " --precision int16 --timing-only --quiet --format json --out " + folder.file("out");
    for (const auto& set : change["set_quant"]) options += " --set-quant '" + set.get<std::string>() + "'";
    const auto run = command_line("run " + kLenet + options);
    REQUIRE(run.exit_code == 0);
    CHECK(nlohmann::json::parse(run.out)["totals"]["cycles"] == change["cycles"]);
    ++compared;
  }
  CHECK(compared >= 4);  // layers of LeNet that multiply, and two in float32
}

TEST_CASE("advise: a budget bounds the runs, and is told what it may be") {
  const auto said = command_line("advise " + kLenet + " --format json --quiet --budget 3");
  REQUIRE(said.exit_code == 0);
  size_t run = 0;
  const auto advice = nlohmann::json::parse(said.out);
  for (const auto& change : advice["changes"]) run += change["cycles"].is_null() ? 0 : 1;
  CHECK(run == 3);
  CHECK(advice["changes"].back()["refused"] == "beyond --budget");
  const auto wrong = command_line("advise " + kLenet + " --budget many");
  CHECK(wrong.exit_code == 2);
  CHECK(wrong.mentions("--budget many; expected a number of runs, as 20, or seconds, as 10s"));
}
