// The DSCNN-hard suite of quantization.md 11.1 by executed integer programs: which systems survive outliers
// among depthwise weights and unbalanced channels, and which do not. Limits are in percent of images.
#include <map>

#include "tests/quantization/suite.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::test::TemporaryFolder;

namespace {

// Removed when the process ends.
const std::string& suite_folder() {
  static const TemporaryFolder folder("dscnn");
  static const std::string path = [] {
    tests::dscnn::write_suite(folder.path());
    return folder.path();
  }();
  return path;
}

struct Accuracy {
  double top1 = 0, agreement = 0;  // percent
};

// By quant and precision: "per-channel int8"; "float" as well.
std::map<std::string, Accuracy> evaluated(const std::string& network, const std::string& options) {
  const TemporaryFolder out("dscnn-out");
  const auto said = command_line("evaluate " + suite_folder() + "/" + network + ".onnx --dataset " +
                                 suite_folder() + " --quiet --out " + out.path() + " " + options);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  std::map<std::string, Accuracy> result;
  for (const auto& run : json_of_file(out.file("evaluate.json"))["runs"]) {
    const auto quant = run["quant"].get<std::string>();
    const auto name = quant == "float" ? quant : quant + " " + run["precision"].get<std::string>();
    result[name] = {100 * run["top1"].get<double>(), 100 * run["agreement_with_float"].get<double>()};
  }
  return result;
}

}  // namespace

TEST_CASE(
    "dscnn: while its channels are balanced every preset of 8 bits keeps the float network's accuracy") {
  auto accuracy = evaluated("balanced", "--quant tidl-np2-fixed,tidl-p2-dynamic,per-channel");
  const auto exact = accuracy.at("float");
  CHECK(exact.top1 > 75);
  CHECK(exact.top1 < 82);
  accuracy.erase("float");
  for (const auto& seen : accuracy) {
    CAPTURE(seen.first);
    CHECK(seen.second.top1 >= exact.top1 - 1.0);
  }
}

TEST_CASE(
    "dscnn: outlier channels ruin one step for a whole tensor - per-channel steps and 16 bits do not care") {
  auto accuracy = evaluated("a64", "--quant tidl-np2-fixed,tidl-p2-dynamic,per-channel");
  const auto exact = accuracy.at("float").top1;
  CHECK(accuracy.at("tidl-np2-fixed int8").top1 <= exact - 30);
  CHECK(accuracy.at("tidl-p2-dynamic int8").top1 <= exact - 30);
  CHECK(accuracy.at("per-channel int8").top1 >= exact - 6);
  const auto wide = evaluated("a64", "--precision int16 --quant tidl-np2-fixed");
  CHECK(wide.at("tidl-np2-fixed int16").top1 >= exact - 0.5);
}
