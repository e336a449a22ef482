// `--trace` and `mmasim trace`: what a run records is its own report, to the cycle.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

json recorded_run(const TemporaryFolder& folder, const std::string& arguments,
                  const std::string& out = "out") {
  const auto said = command_line("run " + arguments + " --quiet --out " + folder.file(out));
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return json_of_file(folder.file(out + "/report.json"));
}

json traced(const std::string& file) {
  const auto said = command_line("trace " + file + " --format json");
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return json::parse(said.out);
}

void check_equals_report(const json& trace, const json& report) {
  for (const auto& [key, value] : trace["totals"].items()) {
    CAPTURE(key);
    CHECK(value == report["totals"][key]);
  }
  REQUIRE(trace["layers"].size() == report["layers"].size());
  for (size_t i = 0; i < trace["layers"].size(); ++i) {
    const json &layer = trace["layers"][i], &reported = report["layers"][i];
    CAPTURE(layer["name"]);
    for (const char* key :
         {"name", "cycles", "start_cycle", "end_cycle", "mma_cycles", "dsp_cycles", "dma_cycles",
          "overhead_cycles", "stall_cycles", "ddr_read_bytes", "ddr_write_bytes"})
      CHECK(layer[key] == reported[key]);
    uint64_t critical = 0;
    for (const auto& [step, cycles] : layer["critical_cycles"].items()) critical += cycles.get<uint64_t>();
    CHECK(critical == layer["cycles"]);
  }
  uint64_t critical = 0, timeline = 0;
  for (const auto& [step, cycles] : trace["critical_cycles"].items()) critical += cycles.get<uint64_t>();
  CHECK(critical == report["totals"]["cycles"]);
  for (const auto& bin : trace["timeline"]) timeline += bin["ddr_read_bytes"].get<uint64_t>();
  if (report["totals"]["cores"] == 1) CHECK(timeline == report["totals"]["ddr_read_bytes"]);
}

}  // namespace

TEST_CASE("trace: JSON and CSV of several networks give the report's cycles and bytes") {
  const TemporaryFolder folder("trace-networks");
  for (const std::string& arguments : {kLenet, kNetworks + "mobilenet_v2.onnx --timing-only",
                                       kNetworks + "squeezenet1_1.onnx --timing-only --precision int16",
                                       kResnet18 + " --timing-only --config am69a.yaml",
                                       kResnet18 + " --timing-only --config am62a.yaml --precision int32"}) {
    CAPTURE(arguments);
    auto options = arguments;
    const auto config = options.find("--config ");
    if (config != std::string::npos) options.insert(config + 9, std::string(MMASIM_SOURCE_DIR) + "/configs/");
    const auto report = recorded_run(folder, options + " --trace perfetto,csv.gz");
    check_equals_report(traced(folder.file("out/trace.json")), report);
    check_equals_report(traced(folder.file("out/trace.csv.gz")), report);
  }
}

TEST_CASE("trace: recording changes no byte of the run's other files") {
  const TemporaryFolder folder("trace-off");
  auto with = recorded_run(folder, kLenet + " --trace perfetto,vcd,csv", "with");
  auto without = recorded_run(folder, kLenet, "without");
  with.erase("host");
  without.erase("host");
  CHECK(with == without);
  for (const char* file : {"layers.csv", "quantization.yaml", "program.mma"})
    CHECK(text_of_file(folder.file(std::string("with/") + file)) ==
          text_of_file(folder.file(std::string("without/") + file)));
  for (const char* file : {"trace.json", "trace.vcd", "trace.csv"}) {
    CHECK(fs::exists(folder.file(std::string("with/") + file)));
    CHECK_FALSE(fs::exists(folder.file(std::string("without/") + file)));
  }
  recorded_run(folder, kLenet, "with");  // a run without takes the earlier one's away
  CHECK_FALSE(fs::exists(folder.file("with/trace.json")));
}

TEST_CASE("trace: on one thread and however values are made the file has the same bytes") {
  const TemporaryFolder folder("trace-same");
  recorded_run(folder, kLenet + " --trace csv --threads 1", "one");
  recorded_run(folder, kLenet + " --trace csv --threads 3", "three");
  recorded_run(folder, kLenet + " --trace csv --verify", "verify");
  const auto one = text_of_file(folder.file("one/trace.csv"));
  CHECK(one == text_of_file(folder.file("three/trace.csv")));
  CHECK(one == text_of_file(folder.file("verify/trace.csv")));
}

TEST_CASE("trace: slices of a real run nest, and time never runs backwards") {
  const TemporaryFolder folder("trace-nest");
  recorded_run(folder, kResnet18 + " --timing-only --trace perfetto");
  const auto trace = json_of_file(folder.file("out/trace.json"));
  double last = 0;
  std::map<uint64_t, double> ends;
  std::set<std::string> threads;
  uint64_t starts = 0, arrivals = 0;
  for (const auto& event : trace["traceEvents"]) {
    if (event["ph"] == "M" && event["name"] == "thread_name") threads.insert(event["args"]["name"]);
    if (event["ph"] == "M") continue;
    REQUIRE(event["ts"].get<double>() >= last);
    last = event["ts"];
    starts += event["ph"] == "s";
    arrivals += event["ph"] == "f";
    if (event["ph"] != "X") continue;
    double& end = ends[event["tid"].get<uint64_t>()];
    REQUIRE(event["ts"].get<double>() >= end);  // as viewers add
    end = event["ts"].get<double>() + event["dur"].get<double>();
  }
  for (const char* thread : {"layers", "DSP", "MMA streams", "MMA panel loads", "MMA transfers", "DMA engine",
                             "DMA channel 0", "DDR"}) {
    CAPTURE(thread);
    CHECK(threads.count(thread) == 1);
  }
  CHECK(arrivals > 0);
  CHECK(starts >= arrivals);
}

TEST_CASE("trace: a limit bounds each file and is told, and a pattern chooses layers") {
  const TemporaryFolder folder("trace-limit");
  const auto limited = command_line(
      "run " + kLenet + " --quiet --trace perfetto,vcd,csv --trace-limit 8k --out " + folder.file("out"));
  CHECK(limited.exit_code == 0);
  for (const char* file : {"trace.json", "trace.vcd", "trace.csv"}) {
    CHECK(fs::file_size(folder.file(std::string("out/") + file)) <= 8 * 1024);
    CHECK(limited.mentions(std::string("warning: ") + file + " ends at cycle "));
  }
  const auto cut = command_line("trace " + folder.file("out/trace.json"));
  CHECK(cut.exit_code == 0);
  CHECK(cut.mentions("--trace-limit"));
  const auto report = recorded_run(folder, kLenet + " --trace csv --trace-layers '*Conv*'");
  const auto some = traced(folder.file("out/trace.csv"));
  CHECK(some["whole"] == false);
  CHECK(some["totals"]["cycles"] == report["totals"]["cycles"]);
  CHECK(some["totals"]["ddr_read_bytes"] < report["totals"]["ddr_read_bytes"]);
}

TEST_CASE("trace: two traces stand side by side") {
  const TemporaryFolder folder("trace-two");
  const auto first = recorded_run(folder, kLenet + " --timing-only --trace csv", "first");
  const auto second = recorded_run(folder, kLenet + " --timing-only --precision int16 --trace csv", "second");
  const auto said = command_line("trace " + folder.file("first/trace.csv") + " " +
                                 folder.file("second/trace.csv") + " --format json");
  REQUIRE(said.exit_code == 0);
  const auto rows = json::parse(said.out)["rows"];
  CHECK(rows[0]["of"] == "cycles");
  CHECK(rows[0]["first"] == first["totals"]["cycles"]);
  CHECK(rows[0]["second"] == second["totals"]["cycles"]);
  for (const char* format : {"table", "csv", "markdown"})
    CHECK(command_line("trace " + folder.file("first/trace.csv") + " --format " + format)
              .out.find("critical path") != std::string::npos);
}

TEST_CASE("trace: mistakes are a line and exit code 2") {
  const TemporaryFolder folder("trace-mistakes");
  std::ofstream(folder.file("bad.json")) << "{\"traceEvents\":[}";
  const std::string out = " --out " + folder.file("out");
  for (const std::string& arguments :
       {"trace " + folder.file("none.json"), "trace " + folder.file("bad.json"),
        "run " + kLenet + " --trace png" + out, "run " + kLenet + " --trace-limit 1M" + out,
        "run " + kLenet + " --trace csv --trace-limit 0" + out,
        "run " + kLenet + " --trace csv --trace-limit 5x" + out,
        "run " + kLenet + " --trace csv --functional-only" + out,
        "run " + kLenet + " --quiet --trace csv --trace-layers nothing" + out}) {
    const auto said = command_line(arguments);
    CAPTURE(arguments);
    CAPTURE(said.error);
    CHECK(said.exit_code == 2);
    CHECK(said.is_one_line());
    CHECK_FALSE(fs::exists(folder.file("out")));
  }
}

TEST_CASE("trace: gtkwave's own converter reads the VCD") {
  if (std::system("command -v vcd2fst > /dev/null") != 0) {
    MESSAGE("skipped: vcd2fst (package gtkwave) is not installed");
    return;
  }
  const TemporaryFolder folder("trace-vcd");
  recorded_run(folder, kLenet + " --timing-only --trace vcd");
  const auto convert = "vcd2fst " + folder.file("out/trace.vcd") + " " + folder.file("out/trace.fst") +
                       " > " + folder.file("said") + " 2>&1";
  CHECK(std::system(convert.c_str()) == 0);
  CHECK(fs::file_size(folder.file("out/trace.fst")) > 1000);
}
