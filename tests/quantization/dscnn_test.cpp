// The DSCNN-hard suite of quantization.md 11.1 by executed integer programs: which systems survive outliers
// among depthwise weights and unbalanced channels, and which do not. Limits are in percent of images.
#include <map>

#include "runtime/quantize/spec.h"
#include "tests/quantization/suite.h"
#include "tests/sim/command_line.h"

using namespace mmasim;
using namespace mmasim::sim::test;
using runtime::QuantChoices;
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

// Percent of the images that are right, by preset; "float" as well.
std::map<std::string, double> top1_of(const std::string& network, const std::string& presets) {
  const TemporaryFolder out("dscnn-out");
  const auto said = command_line("evaluate " + suite_folder() + "/" + network + ".onnx --dataset " +
                                 suite_folder() + " --quiet --out " + out.path() + " --quant " + presets);
  CAPTURE(said.error);
  REQUIRE(said.exit_code == 0);
  std::map<std::string, double> result;
  const auto evaluation = json_of_file(out.file("evaluate.json"));
  for (const auto& run : evaluation["runs"]) {
    result[run["quant"].get<std::string>()] = 100 * run["top1"].get<double>();
  }
  return result;
}

// Of 8 bits, with ranges that calibration fixes. Not those of CHaiDNN, which keep biases in the format of
// their output: this network's do not fit there.
std::string static_presets() {
  std::string list;
  for (const auto& preset : runtime::presets()) {
    const auto spec = runtime::resolve_preset(preset.name, "preset");
    const bool keeps_biases =
        spec.bias_scale == QuantChoices::BiasScale::product && spec.requant != QuantChoices::Requant::q10_22;
    const bool counts =
        spec.mode == QuantChoices::Mode::fixed && spec.weight_bits == 8 && spec.act_bits == 8 && keeps_biases;
    if (counts) list += (list.empty() ? "" : ",") + preset.name;
  }
  return list;
}

}  // namespace

TEST_CASE(
    "dscnn: while its channels are balanced every static preset of 8 bits keeps the accuracy of float") {
  const auto top1 = top1_of("balanced", static_presets());
  CHECK(top1.size() >= 9);
  CHECK(top1.at("float") > 75);
  CHECK(top1.at("float") < 80);
  for (const auto& seen : top1) {
    CAPTURE(seen.first);
    CHECK(seen.second >= top1.at("float") - 1.0);
  }
}

TEST_CASE(
    "dscnn: outlier channels ruin one step per tensor, while steps per channel and 16 bits keep what they "
    "say") {
  const auto top1 = top1_of("a64", "tidl-np2-fixed,tidl-p2-dynamic,tqt-static,asym-pt,per-channel,tidl16");
  for (const std::string preset : {"tidl-np2-fixed", "tidl-p2-dynamic", "tqt-static", "asym-pt"}) {
    CAPTURE(preset);
    CHECK(top1.at(preset) <= top1.at("float") - 30);
  }
  CHECK(top1.at("per-channel") >= top1.at("float") - 6);
  CHECK(top1.at("tidl16") >= top1.at("float") - 0.5);
}

TEST_CASE("dscnn: bias correction alone repairs a part of what outlier channels do") {
  const auto top1 = top1_of("a64", "tidl-np2-fixed,tidl-advanced");
  CHECK(top1.at("tidl-advanced") > top1.at("tidl-np2-fixed") + 5);
  CHECK(top1.at("tidl-advanced") < top1.at("float") - 5);
}

TEST_CASE("dscnn: the subtensor recipe repairs outlier channels and balances what steps per channel cannot") {
  for (const std::string network : {"a64", "b3"}) {
    CAPTURE(network);
    const auto top1 = top1_of(network, "asym-pt,subtensor");
    CHECK(top1.at("subtensor") >= top1.at("float") - 1.5);
    CHECK(top1.at("subtensor") > top1.at("asym-pt") + 10);
  }
}
