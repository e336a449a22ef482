// Invariants of whole networks, through the program as a user runs it: each network timed alone, with values
// and without, twice the same.
#include <map>
#include <utility>

#include "tests/sim/command_line.h"
#include "tests/sim/report_invariants.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;
using nlohmann::json;

namespace {

const std::string kConfigs = MMASIM_SOURCE_DIR "/configs/";
const std::vector<std::string> kTopologies = {
    "densenet121",    "efficientnet_lite0", "inception_v3", "mobilenet_v1",  "mobilenet_v2",
    "regnet_x_400mf", "resnet18",           "resnet50",     "squeezenet1_1", "vgg16"};
const std::vector<std::string> kTrained = {"trained/fashion_lenet5", "trained/fashion_mobilenetv2_mini",
                                           "trained/fashion_mobilenetv2_mini_batchnorm",
                                           "trained/fashion_resnet8", "trained/fashion_resnet8_batchnorm"};

// Runs the network with --random-weights 1 into a folder and gives the report as text.
std::string report_text(const TemporaryFolder& folder, const std::string& network, const std::string& options,
                        const std::string& out) {
  const auto said = command_line("run " + kNetworks + network + ".onnx --random-weights 1 --quiet --out " +
                                 folder.file(out) + " " + options);
  CAPTURE(options);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  return text_of_file(folder.file(out + "/report.json"));
}

// report.json without `host`, its last key.
std::string without_host(const std::string& report) {
  const size_t host = report.find("\n  \"host\": {");
  REQUIRE(host != std::string::npos);
  return report.substr(0, host);
}

void check_timing(const std::string& network, const std::string& precision,
                  const std::string& soc = "tda4vm") {
  CAPTURE(network);
  CAPTURE(precision);
  CAPTURE(soc);
  const TemporaryFolder folder("timing");
  const auto report = json::parse(
      report_text(folder, network,
                  "--timing-only --precision " + precision + " --config " + kConfigs + soc + ".yaml", "out"));
  check_sums(report);
  check_movement(report, kNetworks + network + ".onnx");
}

// Everything at one precision: values checked against the reference, the same again, time without values,
// values without time.
void check_all_modes(const std::string& network, const std::string& precision) {
  CAPTURE(network);
  CAPTURE(precision);
  const TemporaryFolder folder("modes");
  const std::string common = "--precision " + precision;
  const auto verified = json::parse(report_text(folder, network, common + " --verify", "verified"));
  CHECK(verified["verify"]["mode"] == "outputs");
  CHECK(verified["verify"]["compared_values"].get<uint64_t>() > 0);
  CHECK(verified["verify"]["mismatches"] == 0);
  check_sums(verified);
  check_movement(verified, kNetworks + network + ".onnx");

  const auto first = report_text(folder, network, common, "first");
  const auto second = report_text(folder, network, common, "second");
  CHECK(without_host(first) == without_host(second));
  for (const std::string file : {"/layers.csv", "/quantization.yaml", "/program.mma"})
    CHECK(text_of_file(folder.file("first" + file)) == text_of_file(folder.file("second" + file)));

  const auto full = json::parse(first);
  CHECK(full["totals"] == verified["totals"]);
  CHECK(full["outputs"] == verified["outputs"]);
  const auto timed = json::parse(report_text(folder, network, common + " --timing-only", "timed"));
  CHECK(timed["totals"] == full["totals"]);
  CHECK(timed["layers"] == full["layers"]);
  const auto functional =
      json::parse(report_text(folder, network, common + " --functional-only", "functional"));
  CHECK(functional["outputs"] == full["outputs"]);  // their sha256 among the rest
  CHECK(functional["outputs"].size() >= 1);
}

}  // namespace

TEST_CASE("networks: time, sums and movement of every layer of every network at int8") {
  for (const auto& network : kTopologies) check_timing(network, "int8");
  for (const auto& network : kTrained) check_timing(network, "int8");
}

TEST_CASE("networks: blocks end with lines whoever applies the scales") {
  // MMA v1 has no scale a channel, so that raw accumulators go to the vector core: the array's work is the
  // same.
  const TemporaryFolder folder("scales");
  const auto streams_and_rows = [&](const std::string& preset) {
    const auto program = folder.file(preset + ".mma");
    REQUIRE(command_line("compile " + kNetworks +
                         "trained/fashion_resnet8.onnx --timing-only --quiet --quant " + preset + " -o " +
                         program)
                .exit_code == 0);
    const auto code = command_line("disassemble " + program).out;
    size_t streams = 0;
    std::map<std::string, size_t> rows;
    for (auto at = code.find("\nmma.stream "); at != std::string::npos;
         at = code.find("\nmma.stream ", at + 1)) {
      ++streams;
      const auto begin = code.find(" rows=", at) + 6;
      ++rows[code.substr(begin, code.find(' ', begin) - begin)];
    }
    return std::pair{streams, rows};
  };
  const auto staged = streams_and_rows("tidl-np2-fixed"), raw = streams_and_rows("per-channel");
  CHECK(staged.first > 0);
  CHECK(staged == raw);
}

TEST_CASE("networks: squeezenet1_1 int8 in every mode") { check_all_modes("squeezenet1_1", "int8"); }
TEST_CASE("networks: resnet18 int8 in every mode") { check_all_modes("resnet18", "int8"); }
TEST_CASE("networks: the trained networks in every mode and at every width") {
  for (const auto& network : kTrained) check_all_modes(network, "int8");
  check_all_modes("trained/fashion_mobilenetv2_mini", "int16");
  check_all_modes("trained/fashion_resnet8", "int32");
}

TEST_SUITE_BEGIN("long");

TEST_CASE("long: densenet121 int8 in every mode") { check_all_modes("densenet121", "int8"); }
TEST_CASE("long: efficientnet_lite0 int8 in every mode") { check_all_modes("efficientnet_lite0", "int8"); }
TEST_CASE("long: inception_v3 int8 in every mode") { check_all_modes("inception_v3", "int8"); }
TEST_CASE("long: mobilenet_v1 int8 in every mode") { check_all_modes("mobilenet_v1", "int8"); }
TEST_CASE("long: mobilenet_v2 int8 in every mode") { check_all_modes("mobilenet_v2", "int8"); }
TEST_CASE("long: regnet_x_400mf int8 in every mode") { check_all_modes("regnet_x_400mf", "int8"); }
TEST_CASE("long: resnet50 int8 in every mode") { check_all_modes("resnet50", "int8"); }
TEST_CASE("long: vgg16 int8 in every mode") { check_all_modes("vgg16", "int8"); }

TEST_CASE("long: resnet18 int16 in every mode") { check_all_modes("resnet18", "int16"); }
TEST_CASE("long: resnet18 int32 in every mode") { check_all_modes("resnet18", "int32"); }
TEST_CASE("long: mobilenet_v2 int16 in every mode") { check_all_modes("mobilenet_v2", "int16"); }
TEST_CASE("long: mobilenet_v2 int32 in every mode") { check_all_modes("mobilenet_v2", "int32"); }
TEST_CASE("long: squeezenet1_1 int16 in every mode") { check_all_modes("squeezenet1_1", "int16"); }
TEST_CASE("long: squeezenet1_1 int32 in every mode") { check_all_modes("squeezenet1_1", "int32"); }

TEST_CASE("long: every tensor of resnet18 and mobilenet_v1 and densenet121 against the reference") {
  for (const std::string network : {"resnet18", "mobilenet_v1", "densenet121"}) {
    CAPTURE(network);
    const TemporaryFolder folder("layers");
    const auto report = json::parse(report_text(folder, network, "--verify=layers", "out"));
    CHECK(report["verify"]["mode"] == "layers");
    CHECK(report["verify"]["mismatches"] == 0);
    // every layer but the call makes a tensor; resnet18's smallest share is the three million of its maps
    CHECK(report["verify"]["compared_tensors"].get<size_t>() + 1 >= report["layers"].size());
    CHECK(report["verify"]["compared_values"].get<uint64_t>() > 3'000'000);
  }
}

TEST_CASE("long: time and sums and movement of every layer of every network at int16 and int32") {
  for (const auto& network : kTopologies) {
    check_timing(network, "int16");
    check_timing(network, "int32");
  }
}

TEST_CASE("long: every network fits every configuration at the narrowest width and the widest") {
  for (const std::string soc : {"am68a", "am69a", "am62a", "am67a"}) {
    for (const std::string precision : {"int8", "int32"}) {
      for (const auto& network : kTopologies) check_timing(network, precision, soc);
    }
  }
}

TEST_CASE("long: the output stage of MMA v2 and the vector core of v1 give the reference's integers") {
  for (const std::string soc : {"am62a", "tda4vm"}) {
    for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "per-channel"}) {
      for (const std::string network : {"resnet18", "mobilenet_v2"}) {
        const TemporaryFolder folder("stages");
        const auto report = json::parse(report_text(
            folder, network, "--verify --quant " + preset + " --config " + kConfigs + soc + ".yaml", "out"));
        CAPTURE(soc);
        CAPTURE(preset);
        CAPTURE(network);
        CHECK(report["verify"]["compared_values"].get<uint64_t>() == 1000);
        CHECK(report["verify"]["mismatches"] == 0);
      }
    }
  }
}

TEST_SUITE_END();
