// `mmasim quantize`, and what other commands make of its files.
#include <filesystem>

#include "tests/sim/command_line.h"

using namespace mmasim::sim::test;
using mmasim::runtime::test::TemporaryFolder;

namespace {

const std::string kCalibration = " --calibration " + kDataset + " --quiet";

void check_refused(const std::string& arguments, const std::string& part) {
  const auto said = command_line(arguments);
  CAPTURE(arguments);
  CAPTURE(said.error);
  CHECK(said.exit_code == 2);
  CHECK(said.is_one_line());
  CHECK(said.mentions(part));
}

}  // namespace

TEST_CASE("quantize: a plan gives the program that its preset gives") {
  const TemporaryFolder folder("quantize");
  REQUIRE(command_line("quantize " + kLenet + " --quant asym-pt -o " + folder.file("q.onnx") + kCalibration)
              .exit_code == 0);
  for (const char* name : {"q.onnx", "q.yaml", "q.npz"}) CHECK(std::filesystem::exists(folder.file(name)));
  REQUIRE(command_line("compile " + kLenet + " --plan " + folder.file("q.yaml") + " -o " +
                       folder.file("a.mma") + " --quiet")
              .exit_code == 0);
  REQUIRE(command_line("compile " + kLenet + " --quant asym-pt -o " + folder.file("b.mma") + kCalibration)
              .exit_code == 0);
  CHECK(text_of_file(folder.file("a.mma")) == text_of_file(folder.file("b.mma")));
}

TEST_CASE("quantize: layers with weights of 16 bits among those of 8") {
  const TemporaryFolder folder("quantize-mixed");
  folder.write("mixed.yaml",
               "preset: tidl-np2-fixed\noverrides: [{match: \"op:Gemm\", weight: {bits: 16}}]\n");
  const auto said =
      command_line("run " + kLenet + " --quant " + folder.file("mixed.yaml") +
                   " --precision mixed --verify=layers --out " + folder.file("out") + kCalibration);
  REQUIRE(said.exit_code == 0);
  const auto report = json_of_file(folder.file("out/report.json"));
  CHECK(report["precision"] == "mixed");
  CHECK(report["quant"] == "mixed");
  CHECK(report["verify"]["mismatches"] == 0);
  size_t narrow = 0, wide = 0;
  for (const auto& layer : report["layers"]) {
    narrow += layer["precision"] == "int8" ? 1 : 0;
    wide += layer["precision"] == "mixed" && layer["kind"] != "call" ? 1 : 0;
  }
  CHECK(narrow > 0);
  CHECK(wide > 0);
}

TEST_CASE("quantize: what cannot be written or taken is told in a line") {
  const TemporaryFolder folder("quantize-mistakes");
  check_refused("quantize " + kLenet + " -o " + folder.file("q.txt"),
                "expected FILE.onnx or a plan, FILE.yaml");
  check_refused("quantize " + kLenet + " --precision int32 -o " + folder.file("q.onnx") + kCalibration,
                "QDQ has no integers of 32 bits");
  folder.write("no.yaml", "about: no plan\n");
  check_refused("run " + kLenet + " --plan " + folder.file("no.yaml"), "is no quantization plan");
}
