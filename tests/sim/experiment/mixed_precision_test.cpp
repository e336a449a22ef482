// Layers of 16 bits under a budget of cycles, through the whole program.
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using nlohmann::json;
using runtime::test::TemporaryFolder;

namespace {

const std::string kResnet8 = MMASIM_SOURCE_DIR "/tests/networks/trained/fashion_resnet8.onnx";
const std::string kFashion = MMASIM_SOURCE_DIR "/tests/data/fashion_mnist";

}  // namespace

TEST_CASE("mixed precision: within the budget of simulated cycles, and closer to float than 8 bits") {
  const TemporaryFolder folder("mixed");
  const auto said =
      command_line("evaluate " + kResnet8 + " --dataset " + kFashion +
                   " --limit 100 --quiet --quant tidl-np2-fixed,tidl-mixed --out " + folder.file("out"));
  REQUIRE(said.exit_code == 0);
  const auto runs = json_of_file(folder.file("out/evaluate.json"))["runs"];
  const auto &narrow = runs[1], &mixed = runs[2];
  CHECK(narrow["precision"] == "int8");
  CHECK(mixed["precision"] == "mixed");
  const double ratio = mixed["cycles"].get<double>() / narrow["cycles"].get<double>();
  CHECK(ratio > 1.0);
  CHECK(ratio <= 1.2);
  CHECK(mixed["sqnr_db"].get<double>() > narrow["sqnr_db"].get<double>());
}

TEST_CASE("mixed precision: the plan names the layers, and they can be given by hand") {
  const TemporaryFolder folder("mixed");
  const std::string run = "run " + kResnet8 + " --calibration " + kFashion + " --quiet --out ";
  const auto said =
      command_line("run " + kResnet8 + " --calibration " + kFashion + " --functional-only --verify --out " +
                   folder.file("a") + " --quant tidl-mixed");
  REQUIRE(said.exit_code == 0);
  const std::string about = "layers have 16 bits, for ";
  const auto at = said.error.find(about);
  REQUIRE(at != std::string::npos);
  auto names = said.error.substr(said.error.find(": ", at) + 2);
  names = names.substr(0, names.find('\n'));
  std::string list;
  for (const char c : names)
    if (c != ' ') list += c;
  const auto by_hand =
      command_line(run + folder.file("b") + " --functional-only --verify --set-quant mixed.layers=" + list);
  REQUIRE(by_hand.exit_code == 0);
  const auto output = [&](const std::string& out) {
    return json_of_file(folder.file(out + "/report.json"))["outputs"][0]["sha256"];
  };
  CHECK(output("a") == output("b"));
}

TEST_CASE("mixed precision: what cannot be chosen is refused in one line") {
  const auto said = command_line("run " + kResnet8 + " --quant tidl-mixed --timing-only --quiet");
  CHECK(said.exit_code == 2);
  CHECK(said.error.find("name layers in mixed.layers") != std::string::npos);
  const auto wide =
      command_line("run " + kResnet8 + " --precision int16 --set-quant mixed.factor=1.2 --quiet");
  CHECK(wide.exit_code == 2);
  CHECK(wide.error.find("mixed.factor and mixed.layers widen layers of 8 bits") != std::string::npos);
  const auto nobody =
      command_line("run " + kResnet8 + " --set-quant mixed.layers=nobody --functional-only --quiet");
  CHECK(nobody.error.find("mixed.layers: the network has no node 'nobody'") != std::string::npos);
}
