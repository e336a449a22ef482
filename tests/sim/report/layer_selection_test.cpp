// Which layers the terminal's table shows, and in which order.
#include <doctest/doctest.h>

#include "sim/report/layer_table.h"
#include "tests/sim/command_line.h"

using namespace mmasim::sim;
using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

LayerStats layer(const std::string& name, uint64_t cycles, uint64_t read, uint64_t written, double energy,
                 const std::string& bound) {
  LayerStats row;
  row.name = name;
  row.cycles = cycles;
  row.ddr_read_bytes = read;
  row.ddr_write_bytes = written;
  row.energy_mj = energy;
  row.bound = bound;
  return row;
}

const std::vector<LayerStats> kLayers{layer("a", 10, 5, 0, 0.3, "ddr"), layer("b", 30, 1, 2, 0.2, "mma"),
                                      layer("c", 20, 0, 9, 0.1, "ddr"),
                                      layer("d", 20, 0, 0, 0.4, "overhead")};

std::string names(const LayerSelection& selection) {
  std::string text;
  for (const auto& each : selected(kLayers, selection)) text += each.name;
  return text;
}

}  // namespace

TEST_CASE("layer selection: largest first, equals as they run") {
  CHECK(names({}) == "abcd");
  CHECK(names({"cycles", "", 0}) == "bcda");
  CHECK(names({"ddr", "", 0}) == "cabd");  // bytes both ways: 5, 3, 9, 0
  CHECK(names({"energy", "", 0}) == "dabc");
  CHECK(names({"bound", "", 0}) == "bcad");  // by what bounds them, then by cycles
}

TEST_CASE("layer selection: one bound, and so many at most") {
  CHECK(names({"", "ddr", 0}) == "ac");
  CHECK(names({"cycles", "ddr", 1}) == "c");
  CHECK(names({"", "", 3}) == "abc");
  CHECK(names({"", "l2", 0}).empty());
}

TEST_CASE("run: --sort, --top and --bound choose what is printed, not what is written") {
  const TemporaryFolder folder("selection");
  const auto run = "run " + kLenet + " --timing-only --quiet --out " + folder.file("out") + " --format csv ";
  const auto all = command_line(run);
  REQUIRE(all.exit_code == 0);
  const auto one = command_line(run + "--sort cycles --top 1");
  REQUIRE(one.exit_code == 0);
  CHECK(std::count(one.out.begin(), one.out.end(), '\n') == 2);  // the heading and a row
  CHECK(text_of_file(folder.file("out/layers.csv")) == all.out);
  uint64_t most = 0;
  for (const auto& each : json_of_file(folder.file("out/report.json"))["layers"])
    most = std::max(most, each["cycles"].get<uint64_t>());
  CHECK(one.out.find("," + std::to_string(most) + ",") != std::string::npos);
}

TEST_CASE("run: words that --sort and --bound do not know, and runs without cycles, are a user's mistake") {
  CHECK(command_line("run " + kLenet + " --sort size").exit_code == 2);
  CHECK(command_line("run " + kLenet + " --top 0").exit_code == 2);
  const TemporaryFolder folder("selection-untimed");
  const auto said =
      command_line("run " + kLenet + " --functional-only --sort cycles --out " + folder.file("out"));
  CHECK(said.exit_code == 2);
  CHECK(said.is_one_line());
  CHECK(said.mentions("--sort serves nothing beside --functional-only: there are no cycles to sort by"));
  CHECK_FALSE(std::filesystem::exists(folder.file("out")));
}
