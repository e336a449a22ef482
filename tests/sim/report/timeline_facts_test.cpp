// `timeline` of a report: bins that add up to the report's own totals.
#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;
using nlohmann::json;

namespace {

uint64_t sum(const json& list) {
  uint64_t sum = 0;
  for (const auto& value : list) sum += value.get<uint64_t>();
  return sum;
}

json report_of(const std::string& arguments) {
  const TemporaryFolder folder("timeline");
  const auto said = command_line(arguments + " --quiet --out " + folder.file("out"));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return json_of_file(folder.file("out/report.json"));
}

void check_timeline(const json& report) {
  const auto &timeline = report["timeline"], &totals = report["totals"];
  const uint64_t bins = timeline["mma_cycles"].size(), width = timeline["bin_cycles"];
  CHECK(bins <= 1024);
  CHECK(bins * width >= totals["cycles"].get<uint64_t>());
  CHECK((bins - 1) * width <= totals["cycles"].get<uint64_t>());
  for (const auto* key : {"ddr_read_bytes", "ddr_write_bytes", "l3_read_bytes", "l3_write_bytes",
                          "l2_read_bytes", "l2_write_bytes"}) {
    CAPTURE(key);
    CHECK(timeline[key].size() == bins);
    CHECK(sum(timeline[key]) == totals[key].get<uint64_t>());
  }
  for (const auto* key : {"mma_cycles", "dsp_cycles", "dma_cycles", "stall_cycles"}) {
    CAPTURE(key);
    CHECK(timeline[key].size() == bins);
    for (const auto& cycles : timeline[key]) CHECK(cycles.get<uint64_t>() <= width);
  }
}

}  // namespace

TEST_CASE("timeline: bins add up to the totals, to the byte") {
  check_timeline(report_of("run " + kLenet));
  check_timeline(report_of("run " + kResnet18 + " --timing-only"));
  check_timeline(report_of("run " + kResnet18 + " --timing-only --precision int32"));
}

TEST_CASE("timeline: the same with a trace beside it, and none without time") {
  const auto alone = report_of("run " + kLenet + " --timing-only");
  const auto traced = report_of("run " + kLenet + " --timing-only --trace csv");
  CHECK(alone["timeline"] == traced["timeline"]);
  CHECK(report_of("run " + kLenet + " --functional-only")["timeline"].is_null());
}
