// Cycles and outputs as they were recorded under a configuration that nothing else uses
// (tests/golden/frozen.yaml): an optimisation changes none of them, at any SIMD level and number of threads.
// scripts/record_goldens records them anew, for a commit that names a change of the model.
#include <cstdlib>
#include <filesystem>

#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using nlohmann::ordered_json;
using runtime::test::TemporaryFolder;

namespace {

const std::string kGoldens = MMASIM_SOURCE_DIR "/tests/golden/";

// What a golden keeps of a report.
ordered_json essence(const nlohmann::json& report) {
  ordered_json golden;
  golden["cycles"] = report["totals"]["cycles"];
  for (const auto& layer : report["layers"])
    golden["layers"].push_back(
        {layer["name"], layer["cycles"], layer["ddr_read_bytes"], layer["ddr_write_bytes"]});
  for (const auto& output : report["outputs"])
    golden["outputs"].push_back({{"name", output["name"]}, {"sha256", output["sha256"]}});
  return golden;
}

nlohmann::json run(const std::string& network, const std::string& options,
                   const std::string& environment = "") {
  const TemporaryFolder folder("golden");
  const auto said =
      command_line("run " + kNetworks + network + ".onnx --config " + kGoldens +
                       "frozen.yaml --random-weights 1 --quiet --out " + folder.file("out") + " " + options,
                   environment);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  auto report = json_of_file(folder.file("out/report.json"));
  report.erase("host");
  return report;
}

void compare_with_golden(const std::string& network, const std::string& precision) {
  const auto file = kGoldens + std::filesystem::path(network).filename().string() + "-" + precision + ".json";
  const auto now = essence(run(network, "--precision " + precision)).dump(1) + "\n";
  if (std::getenv("MMASIM_RECORD_GOLDENS")) std::ofstream(file) << now;
  CHECK(now == text_of_file(file));
}

}  // namespace

TEST_CASE("golden: resnet18 at 8 bit") { compare_with_golden("resnet18", "int8"); }
TEST_CASE("golden: squeezenet at 8 bit") { compare_with_golden("squeezenet1_1", "int8"); }
TEST_CASE("golden: mobilenet v2 at 8 bit") { compare_with_golden("mobilenet_v2", "int8"); }
TEST_CASE("golden: a trained network at 8 bit") { compare_with_golden("trained/fashion_resnet8", "int8"); }
TEST_CASE("golden: a trained network at 16 bit") { compare_with_golden("trained/fashion_resnet8", "int16"); }

TEST_CASE("golden: SIMD level, threads and where values are made leave the report as it is") {
  for (const std::string precision : {"int8", "int16", "int32"}) {
    CAPTURE(precision);
    const auto options = "--precision " + precision;
    const auto report = run("trained/fashion_mobilenetv2_mini", options + " --threads 2");
    CHECK(run("trained/fashion_mobilenetv2_mini", options + " --threads 1") == report);
    for (const std::string level : {"plain", "avx2"})
      CHECK(run("trained/fashion_mobilenetv2_mini", options, "MMASIM_SIMD_LEVEL=" + level) == report);
    const auto functional =
        run("trained/fashion_mobilenetv2_mini", options + " --functional-only --threads 1");
    CHECK(functional["outputs"] == report["outputs"]);
    CHECK(run("trained/fashion_mobilenetv2_mini", options + " --functional-only --threads 3") == functional);
    auto verified = run("trained/fashion_mobilenetv2_mini", options + " --verify");
    CHECK(verified["verify"]["mismatches"] == 0);
    verified["verify"] = nullptr;
    CHECK(verified == report);
  }
}
